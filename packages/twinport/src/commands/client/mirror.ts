import { stat } from "node:fs/promises";
import { ClientError, looksLikeFtpUrl, planMirror, runMirror } from "@twinport/client";
import { Command, Option } from "commander";
import { exitCodes } from "../../exit-codes.ts";
import { UsageError } from "../../usage-error.ts";
import { MirrorTelling } from "./mirror-telling.ts";
import { collect } from "../collect.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import { parallelOf, verifyOption } from "./transfer-flags.ts";
import { remoteUrl } from "./remote-url.ts";
import { runClient } from "./client-run.ts";
import type { MirrorCompare, MirrorOptions, MirrorSide, Verify } from "@twinport/client";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface MirrorFlags extends ConnectionFlags {
  readonly compare?: MirrorCompare;
  readonly delete?: true;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly links: "skip" | "follow";
  readonly verify?: Verify;
  readonly dryRun?: true;
  readonly parallel?: string;
  /** False for `--no-atomic`. */
  readonly atomic: boolean;
  /** False for `--no-times`. */
  readonly times: boolean;
}

/** Connections, where nobody says how many. */
const PARALLEL = 4;

/** `twinport mirror FROM TO`. */
export function mirrorCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options: say } = messages.client;
  const command = new Command("mirror")
    .description(commands.mirror)
    .argument("<from>", words.mirrorFrom)
    .argument("<to>", words.mirrorTo)
    .addOption(new Option("--compare <by>", say.compare).choices(["size", "time", "hash"]))
    .option("--delete", say.delete)
    .option("--include <glob>", say.include, collect)
    .option("--exclude <glob>", say.exclude, collect)
    .addOption(new Option("--links <what>", say.links).choices(["skip", "follow"]).default("skip"))
    .option("--dry-run", say.dryRun)
    .option("--parallel <n>", say.parallel)
    .addOption(verifyOption(messages))
    .option("--no-atomic", say.noAtomic)
    .option("--no-times", say.noTimes)
    // What is there already is never fetched again: that is what mirroring is.
    .addOption(new Option("--resume").hideHelp());
  return withConnectionOptions(command, messages).action((from: string, to: string, flags: MirrorFlags) =>
    runClient(setting, flags, (run) => mirror(run, from, to, flags), {
      parallel: (words) => parallelOf(flags.parallel, words, PARALLEL),
    }),
  );
}

async function mirror(run: ClientRun, from: string, to: string, flags: MirrorFlags): Promise<void> {
  const isDownload = looksLikeFtpUrl(from);
  if (isDownload === looksLikeFtpUrl(to)) throw new UsageError(run.say.usage.mirrorNeedsOneUrl);
  const url = remoteUrl(isDownload ? from : to, run.say);
  if (!isDownload) await mustBeFolder(from);
  const client = await run.server(url);
  const remote: MirrorSide = { kind: "remote", client, path: url.path };
  const local: MirrorSide = { kind: "local", path: isDownload ? to : from };
  const telling = new MirrorTelling(run, flags.dryRun ?? false);
  const options = optionsOf(run, flags, telling);
  const [source, target] = isDownload ? [remote, local] : [local, remote];
  const plan = await planMirror(source, target, options);
  telling.planned(plan);
  if (flags.dryRun) return;
  const report = await runMirror(plan, client, options);
  telling.finished(report);
  if (!report.isWhole) run.endsWith(exitCodes.failed);
}

/** What is missing here is no matter of the server. */
async function mustBeFolder(local: string): Promise<void> {
  const isFolder = (await stat(local)).isDirectory();
  if (!isFolder) throw new ClientError("local-file", { path: local, cause: "is no directory" });
}

function optionsOf(run: ClientRun, flags: MirrorFlags, telling: MirrorTelling): MirrorOptions {
  return {
    signal: run.signal,
    parallel: run.parallel,
    ...(flags.compare && { compare: flags.compare }),
    delete: flags.delete ?? false,
    ...(flags.include && { include: flags.include }),
    ...(flags.exclude && { exclude: flags.exclude }),
    links: flags.links,
    verify: flags.verify ?? "size",
    atomic: flags.atomic,
    preserveTime: flags.times,
    onEvent: telling.take,
  };
}
