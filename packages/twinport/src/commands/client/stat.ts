import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { Command } from "commander";
import { entryFacts, formatBits, formatTime } from "./remote-entry-facts.ts";
import { remoteUrl } from "./remote-url.ts";
import { runClient } from "./client-run.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { Pool } from "@twinport/client";
import type { RemoteEntry } from "@twinport/protocol";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

/** `twinport stat URL…`. */
export function statCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words } = messages.client;
  const command = new Command("stat").description(commands.stat).argument("<url...>", words.urls);
  return withConnectionOptions(command, messages).action((written: readonly string[], flags: ConnectionFlags) =>
    runClient(setting, flags, (run) => run.each(written, (one) => stat(run, one))),
  );
}

async function stat(run: ClientRun, written: string): Promise<void> {
  const url = remoteUrl(written, run.say);
  await showStat(run, await run.server(url), url.path);
}

/** Tells what stands at a path. */
export async function showStat(run: ClientRun, server: Pool, path: string): Promise<void> {
  const entry = await server.stat(path, { signal: run.signal });
  if (run.report.isJson) run.report.object({ ...entryFacts(entry), path });
  else for (const line of statLines(entry, run.say.stat)) run.report.line(line);
}

/** What is known of an entry, a line each. */
export function statLines(entry: RemoteEntry, say: ClientMessages["stat"]): string[] {
  const { name, kind, size, modified, mode, owner, group, target } = entry;
  const rows: [string, string | undefined][] = [
    [say.name, visible(name)],
    [say.kind, say.kinds[kind]],
    [say.size, size === undefined ? undefined : say.bytes(size)],
    [
      say.modified,
      modified && (modified.zone === "utc" ? `${formatTime(modified)} UTC` : say.serversTime(formatTime(modified))),
    ],
    [say.mode, mode === undefined ? undefined : formatBits(mode)],
    [say.owner, owner],
    [say.group, group],
    [say.target, target],
  ];
  const told = rows.filter((row): row is [string, string] => row[1] !== undefined);
  const width = Math.max(...told.map(([word]) => displayWidth(word)));
  return told.map(([word, value]) => `${padToWidth(word, width)}  ${value}`);
}
