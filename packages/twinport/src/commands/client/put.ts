import path from "node:path";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { inRemoteFolder, remoteUrl } from "./remote-url.ts";
import { parallelOf, resultFacts, withTransferOptions } from "./transfer-flags.ts";
import { putRefusal } from "./put-refusal.ts";
import { runClient } from "./client-run.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { Pool, UploadOptions } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { RemoteUrl } from "./remote-url.ts";
import type { TransferFlags } from "./transfer-flags.ts";

interface PutFlags extends TransferFlags {
  readonly atomic?: true;
}

/** `twinport put LOCAL… URL`. */
export function putCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("put").description(commands.put).argument("<local...>", words.putWhat);
  return withConnectionOptions(
    withTransferOptions(command, messages).option("--atomic", options.atomic),
    messages,
  ).action((written: readonly string[], flags: PutFlags) =>
    runClient(setting, flags, (run) => put(run, written, flags), {
      parallel: (say) => parallelOf(flags.parallel, say, 1),
    }),
  );
}

async function put(run: ClientRun, written: readonly string[], flags: PutFlags): Promise<void> {
  const { say } = run;
  const locals = written.slice(0, -1);
  if (locals.length === 0) throw new UsageError(say.usage.noSourceFile);
  const url = remoteUrl(written.at(-1) ?? "", say);
  const pathOf = remotePlace(url, locals.length, say);
  if (locals.filter((local) => local === "-").length + (flags.passwordStdin ? 1 : 0) > 1 && locals.includes("-")) {
    throw new UsageError(say.usage.inputTwice);
  }
  await run.each(locals, (local) => putFile(run, url, local, pathOf(local), flags));
}

/** Where files go on the server: into the folder of a URL that ends with a slash, else to its path. */
function remotePlace(url: RemoteUrl, count: number, say: ClientMessages): (local: string) => string {
  if (!url.isFolder && count > 1) throw new UsageError(say.usage.manyToOneUrl);
  return (local) => {
    if (!url.isFolder) return url.path;
    if (local === "-") throw new UsageError(say.usage.inputNeedsName);
    return inRemoteFolder(url.path, path.basename(local));
  };
}

async function putFile(run: ClientRun, url: RemoteUrl, local: string, to: string, flags: PutFlags): Promise<void> {
  await sendFile(
    run,
    await run.server(url),
    { local, path: to, shown: url.shown },
    {
      signal: run.signal,
      resume: flags.resume ?? false,
      verify: flags.verify ?? "size",
      ascii: flags.ascii ?? url.type === "ascii",
      atomic: flags.atomic ?? false,
      preserveTime: flags.times,
      ...run.progressOf(local),
    },
  );
}

/** What goes where. */
interface Sending {
  /** `-` is the standard input. */
  readonly local: string;
  readonly path: string;
  readonly shown: string;
}

/** Sends a local file, and tells that. Where a folder stands at the path, the file goes into it. */
export async function sendFile(run: ClientRun, server: Pool, sending: Sending, options: UploadOptions): Promise<void> {
  const { local, path: to, shown } = sending;
  try {
    const result = await server.upload(local === "-" ? run.terminal.input : local, to, options);
    run.transferred({ command: "put", local, url: shown, path: to, ...resultFacts(result) });
  } catch (failure) {
    const { isFolder, error } = await putRefusal(server, to, failure, run.signal);
    if (!isFolder) throw error;
    if (local === "-") {
      run.report.note(run.say.isAFolder(shown));
      throw error;
    }
    await sendFile(run, server, { ...sending, path: inRemoteFolder(to, path.basename(local)) }, options);
  }
}
