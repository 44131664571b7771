import { existsSync } from "node:fs";
import { ClientError, PART_SUFFIX, downloadSegmented, looksLikeFtpUrl } from "@twinport/client";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { runClient } from "./client-run.ts";
import { intoOutput } from "./output-stream.ts";
import { lastNameOf, remoteUrl } from "./remote-url.ts";
import { localPlace } from "./local-place.ts";
import { parallelOf, resultFacts, withTransferOptions } from "./transfer-flags.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { DownloadOptions, Pool } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { RemoteUrl } from "./remote-url.ts";
import type { TransferFlags } from "./transfer-flags.ts";

/** What a download that is not whole is called. */

/** `twinport get URL… [LOCAL]`. */
export function getCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("get").description(commands.get).argument("<url...>", words.getWhat);
  return withConnectionOptions(withTransferOptions(command, messages), messages).action(
    (written: readonly string[], flags: TransferFlags) =>
      runClient(setting, flags, (run) => get(run, written, flags), {
        outputTaken: written.at(-1) === "-",
        parallel: (say) => parallelOf(flags.parallel, say, 1),
      }),
  );
}

async function get(run: ClientRun, written: readonly string[], flags: TransferFlags): Promise<void> {
  const { urls, local } = readWords(written, run.say);
  if (local === "-") return await getToOutput(run, urls, flags);
  const place = await localPlace(local, urls.length, run.say);
  // With one file there is nothing else to do with further connections.
  const segments = urls.length === 1 ? run.parallel : 1;
  await run.each(urls, (url) => getFile(run, url, { file: place(url), segments }, flags));
}

/** URLs, and last where they go, if that is said. */
function readWords(written: readonly string[], say: ClientMessages): { urls: RemoteUrl[]; local: string } {
  const last = written.at(-1) ?? "";
  const hasLocal = !looksLikeFtpUrl(last);
  const urls = hasLocal ? written.slice(0, -1) : written;
  if (urls.length === 0) throw new UsageError(say.usage.noUrl);
  const wrong = urls.find((one) => !looksLikeFtpUrl(one));
  if (wrong !== undefined && hasLocal) throw new UsageError(say.usage.notAUrl(wrong));
  return { urls: urls.map((one) => remoteUrl(one, say)), local: hasLocal ? last : "." };
}

async function getToOutput(run: ClientRun, urls: readonly RemoteUrl[], flags: TransferFlags): Promise<void> {
  for (const url of urls) {
    const server = await run.server(url);
    const target = intoOutput(run.terminal.output);
    const result = await server.download(url.path, target, { ...optionsOf(run, url, flags), resume: false });
    run.transferred({ command: "get", url: url.shown, local: "-", ...resultFacts(result) });
  }
}

async function getFile(
  run: ClientRun,
  url: RemoteUrl,
  { file, segments }: { readonly file: string; readonly segments: number },
  flags: TransferFlags,
): Promise<void> {
  const server = await run.server(url);
  const options = optionsOf(run, url, flags);
  if (segments === 1 || options.ascii === true) {
    await fetchFile(run, server, { path: url.path, shown: url.shown, file }, options);
    return;
  }
  const result = await downloadSegmented(server, url.path, file, { ...options, segments });
  run.transferred({ command: "get", url: url.shown, local: file, ...resultFacts(result) });
}

/** Fetches a file into a local one, and tells that. */
export async function fetchFile(
  run: ClientRun,
  server: Pool,
  { path, shown, file }: { readonly path: string; readonly shown: string; readonly file: string },
  options: DownloadOptions,
): Promise<void> {
  try {
    const result = await server.download(path, file, options);
    run.transferred({ command: "get", url: shown, local: file, ...resultFacts(result) });
  } catch (error) {
    // What was refused has no part; what was broken off may have one.
    if (isBrokenOff(error) && existsSync(`${file}${PART_SUFFIX}`)) run.report.note(run.say.partKept);
    throw error;
  }
}

function optionsOf(run: ClientRun, url: RemoteUrl, flags: TransferFlags): DownloadOptions {
  return {
    signal: run.signal,
    resume: flags.resume ?? false,
    verify: flags.verify ?? "size",
    ascii: flags.ascii ?? url.type === "ascii",
    preserveTime: flags.times,
    ...run.progressOf(lastNameOf(url.path) ?? url.path),
  };
}

const brokenOff: ReadonlySet<string> = new Set(["aborted", "transfer-broken", "connection-lost", "timed-out"]);

function isBrokenOff(error: unknown): boolean {
  return error instanceof ClientError && brokenOff.has(error.code);
}
