import { displayWidth, padToWidth } from "@twinport/protocol";
import { Command } from "commander";
import { UsageError } from "../../usage-error.ts";
import { jsonLine } from "./json-line.ts";
import { modeMemoryOf } from "./mode-memory-place.ts";
import type { RememberedMode } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { CommandSetting } from "../command-setting.ts";

/** `twinport modes …`: what is remembered of which mode works where. */
export function modesCommand(setting: CommandSetting): Command {
  const { commands } = setting.messages.client;
  return new Command("modes")
    .description(commands.modes)
    .helpCommand(false)
    .addCommand(listCommand(setting))
    .addCommand(forgetCommand(setting));
}

/** `twinport modes list`. */
function listCommand({ messages, terminal }: CommandSetting): Command {
  const { modes: say, options } = messages.client;
  return new Command("list")
    .description(say.list)
    .option("--json", options.json)
    .action(async (flags: { readonly json?: true }) => {
      const known = await modeMemoryOf(terminal.environment).list();
      const lines = flags.json ? known.map((mode) => jsonLine(modeFacts(mode))) : tableOf(known, say);
      for (const line of lines) terminal.output.write(`${line}\n`);
    });
}

/** `twinport modes forget [HOST]`. */
function forgetCommand({ messages, terminal }: CommandSetting): Command {
  const { modes: say } = messages.client;
  return new Command("forget")
    .description(say.forget)
    .argument("[host]", say.host)
    .action(async (host: string | undefined) => {
      if (host !== undefined && host.includes("/")) throw new UsageError(say.notAHost(host));
      await modeMemoryOf(terminal.environment).forget(host);
    });
}

function modeFacts({ server, network, mode, because, learned, expires }: RememberedMode): object {
  return {
    ...{ server, network, mode, because },
    learned: new Date(learned).toISOString(),
    expires: new Date(expires).toISOString(),
  };
}

function tableOf(
  known: readonly RememberedMode[],
  { columns, before }: Pick<ClientMessages["modes"], "columns" | "before">,
): string[] {
  if (known.length === 0) return [];
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const rows = [
    columns,
    ...known.map(({ server, network, mode, learned, expires, because }) => [
      ...[server, network, mode.toUpperCase(), day(learned), day(expires), before(because)],
    ]),
  ];
  const widths = columns.map((_title, column) => Math.max(...rows.map((row) => displayWidth(row[column] ?? ""))));
  return rows.map((row) =>
    row
      .map((cell, column) => padToWidth(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
