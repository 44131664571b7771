import { hashAlgorithms } from "@twinport/client";
import { Command, Option } from "commander";
import { runClient } from "./client-run.ts";
import { urlWithPath } from "./remote-url.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { HashAlgorithm, Pool } from "@twinport/client";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface HashFlags extends ConnectionFlags {
  readonly algorithm?: HashAlgorithm;
}

/** `twinport hash URL…`. */
export function hashCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("hash")
    .description(commands.hash)
    .argument("<url...>", words.urls)
    .addOption(new Option("--algorithm <name>", options.algorithm).choices([...hashAlgorithms]));
  return withConnectionOptions(command, messages).action((written: readonly string[], flags: HashFlags) =>
    runClient(setting, flags, (run) => run.each(written, (one) => hash(run, one, flags.algorithm))),
  );
}

async function hash(run: ClientRun, written: string, wanted: HashAlgorithm | undefined): Promise<void> {
  const url = urlWithPath(written, run.say);
  await showHash(run, await run.server(url), url.path, wanted);
}

/** Tells the hash of a file. */
export async function showHash(run: ClientRun, server: Pool, path: string, wanted?: HashAlgorithm): Promise<void> {
  const { algorithm, value } = await server.hash(path, wanted, { signal: run.signal });
  if (run.report.isJson) run.report.object({ path, algorithm, hash: value });
  else run.report.line(`${algorithm} ${value}  ${path}`);
}
