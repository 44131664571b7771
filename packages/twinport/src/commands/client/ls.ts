import { ClientError } from "@twinport/client";
import { Command } from "commander";
import { byName, listingLines } from "./listing-lines.ts";
import { entryFacts } from "./remote-entry-facts.ts";
import { lastNameOf, remoteUrl } from "./remote-url.ts";
import { runClient } from "./client-run.ts";
import { withConnectionOptions } from "./connection-flags.ts";
import type { Pool } from "@twinport/client";
import type { RemoteEntry } from "@twinport/protocol";
import type { ClientRun } from "./client-run.ts";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

interface LsFlags extends ConnectionFlags {
  readonly names?: true;
  readonly recursive?: true;
}

/** `twinport ls URL…`. */
export function lsCommand(setting: CommandSetting): Command {
  const { messages } = setting;
  const { commands, arguments: words, options } = messages.client;
  const command = new Command("ls")
    .description(commands.ls)
    .argument("<url...>", words.urls)
    .option("--names", options.names)
    .option("-R, --recursive", options.recursive);
  return withConnectionOptions(command, messages).action((written: readonly string[], flags: LsFlags) =>
    runClient(setting, flags, (run) =>
      run.each(written, async (one) => {
        const url = remoteUrl(one, run.say);
        if (written.length > 1 && !run.report.isJson && !flags.names) run.report.line(run.say.ls.heading(url.shown));
        await showListing(run, await run.server(url), url.path, flags);
      }),
    ),
  );
}

/** Tells what is in a folder, or of one file. */
export async function showListing(
  run: ClientRun,
  server: Pool,
  path: string,
  { names, recursive = false }: { readonly names?: boolean; readonly recursive?: boolean },
): Promise<void> {
  const { report } = run;
  const entries = [...(await entriesAt(run, server, path, recursive))].sort(byName);
  if (report.isJson) for (const entry of entries) report.object(entryFacts(entry));
  else if (names) for (const { name } of entries) report.line(name);
  else for (const line of listingLines(entries)) report.line(line);
}

/** What is in a folder, with `recursive` below it too, named by paths then; a file is listed itself. */
async function entriesAt(
  { signal }: ClientRun,
  server: Pool,
  path: string,
  recursive: boolean,
): Promise<readonly RemoteEntry[]> {
  let entries: readonly RemoteEntry[];
  try {
    entries = recursive ? await walked(server, path, signal) : await server.listAll(path, { signal });
  } catch (error) {
    if (!mayBeFile(error) || lastNameOf(path) === undefined) throw error;
    const entry = await server.stat(path, { signal }).catch(() => undefined);
    if (!entry || entry.kind === "directory") throw error;
    return [entry];
  }
  // Some servers list what is not there as a folder with nothing in it, and a file as a folder that holds it.
  const name = lastNameOf(path);
  const [only, ...more] = entries;
  if (name !== undefined && more.length === 0 && (only === undefined || only.name === name)) {
    const entry = await server.stat(path, { signal });
    if (entry.kind !== "directory") return [entry];
  }
  return entries;
}

async function walked(server: Pool, path: string, signal: AbortSignal): Promise<RemoteEntry[]> {
  const entries: RemoteEntry[] = [];
  const above = path === "" ? 0 : path.endsWith("/") ? path.length : path.length + 1;
  for await (const { path: below, ...entry } of server.walk(path, { signal })) {
    entries.push({ ...entry, name: below.slice(above) });
  }
  return entries;
}

function mayBeFile(error: unknown): boolean {
  return error instanceof ClientError && (error.code === "not-found" || error.code === "refused");
}
