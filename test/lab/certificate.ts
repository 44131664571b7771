import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../testkit/run-program.ts";

let made: Promise<string> | undefined;

/** A certificate nobody vouches for and its key, in one file of this folder; it is made once a run. */
export async function certificate(folder: string): Promise<string> {
  made ??= make();
  const file = join(folder, "certificate.pem");
  await writeFile(file, await made, { mode: 0o600 });
  return file;
}

async function make(): Promise<string> {
  const request = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=lab.example -keyout - -out -".split(" ");
  return (await runProgram("openssl", request, { home: tmpdir() })).stdout;
}
