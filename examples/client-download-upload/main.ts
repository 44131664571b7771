// Fetches a file and sends another one. Which mode moves the bytes is the client's to find out; what is half done when
// the connection breaks is gone on with, and Ctrl-C leaves nothing half.
import { basename } from "node:path";
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ClientError, connectClient } from "@twinport/client";
import type { ClientOptions, Progress } from "@twinport/client";

/** What came of it, in words for a log. */
export interface Moved {
  readonly path: string;
  readonly bytes: number;
  /** The command that opened the data connection: `epsv`, `pasv`, `port` or `eprt`. */
  readonly mode: string;
  readonly comparedBy: string;
}

/** Fetches `remote` into `local`; `onProgress` is called ten times a second at the most. */
export async function fetchFile(
  server: ClientOptions,
  remote: string,
  local: string,
  onProgress: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<Moved> {
  const client = await connectClient({ ...server, ...(signal && { signal }) });
  try {
    // `hash` is compared where the server can tell one, and the size elsewhere.
    const done = await client.download(remote, local, { resume: true, verify: "hash", onProgress });
    return { path: remote, bytes: done.size, mode: done.mode ?? "none", comparedBy: done.verified ?? "nothing" };
  } finally {
    await client.close();
  }
}

/** Sends `local`; others see it at once and whole, for it has another name until then. */
export async function sendFile(
  server: ClientOptions,
  local: string,
  remote: string,
  onProgress: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<Moved> {
  const client = await connectClient({ ...server, ...(signal && { signal }) });
  try {
    const done = await client.upload(local, remote, { atomic: true, verify: "hash", onProgress });
    return { path: remote, bytes: done.size, mode: done.mode ?? "none", comparedBy: done.verified ?? "nothing" };
  } finally {
    await client.close();
  }
}

/** What a person should read of a failure: the sentence, what was tried, and whether to try again. */
export function explain(error: unknown): string {
  if (!(error instanceof ClientError)) return String(error);
  const failed = error.attempts.filter(({ outcome }) => outcome !== "moved");
  const tried = failed.map(({ mode, outcome }) => `\n  ${mode}: ${outcome}`).join("");
  return `${error.code}: ${error.message}${tried}${error.retryable ? "\n  It may work in a moment." : ""}`;
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const [host = "127.0.0.1", port = "2121", remote = "hello.txt"] = process.argv.slice(2);
  const server = { host, port: Number(port), user: "ann", password: process.env["FTP_PASSWORD"] ?? "secret" };
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const tell = ({ path, bytes, total, eta }: Progress): void =>
    console.log(`${path}: ${bytes} of ${total ?? "?"} bytes, ${eta?.toFixed(0) ?? "?"} s left`);
  try {
    const local = basename(remote);
    console.log(await fetchFile(server, remote, local, tell, stop.signal));
    console.log(await sendFile(server, local, `copy of ${local}`, tell, stop.signal));
  } catch (error) {
    console.error(explain(error));
    process.exitCode = 1;
  }
}
