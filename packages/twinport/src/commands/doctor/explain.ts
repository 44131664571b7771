import { Command, Option } from "commander";
import { explainMode, formatPicture, usualPorts } from "@twinport/doctor";
import { UsageError } from "../../usage-error.ts";
import { jsonLine } from "../client/json-line.ts";
import { parsePorts } from "../client/quantity.ts";
import { drawSvg } from "./explain-output.ts";
import type { ExplainOptions, ExplainedPorts } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { Messages } from "../../messages/index.ts";
import type { ExplainFlags } from "./explain-flags.ts";

const ends = ["none", "client", "server", "both"];
const themes = ["auto", "light", "dark"];
const { from, to } = usualPorts.passive as Exclude<ExplainedPorts["passive"], "any">;

/** `twinport explain [active|passive|CODE]`. */
export function explainCommand(setting: CommandSetting): Command {
  const say = setting.messages.explain;
  return new Command("explain")
    .description(say.explain)
    .argument("[word...]", say.word)
    .addOption(new Option("--nat <end>", say.nat).choices(ends).default("none"))
    .addOption(new Option("--firewall <end>", say.firewall).choices(ends).default("none"))
    .option("--tls", say.tls)
    .option("--helper", say.helper)
    .option("--port <n>", say.port, String(usualPorts.control))
    .option("--source-port <n>", say.sourcePort, String(usualPorts.source))
    .option("--passive-ports <first-last>", say.passivePorts, `${from}-${to}`)
    .option("--log <file>", say.log)
    .option("--as <kind>", say.as)
    .option("--svg <file>", say.svg)
    .addOption(new Option("--theme <theme>", say.theme).choices(themes).default("auto"))
    .option("--json", say.json)
    .action(async (words: readonly string[], flags: ExplainFlags) => {
      const word = words.join(" ");
      if (flags.log !== undefined && word !== "") throw new UsageError(say.wordOrLog(word));
      if (flags.log !== undefined) return (await import("./explain-log.ts")).explainLog(setting, flags.log, flags);
      if (word === "active" || word === "passive") return tellMode(word, flags, setting);
      if (word === "") throw new UsageError(say.nothing);
      return (await import("./explain-code.ts")).explainCode(setting, word, flags);
    });
}

async function tellMode(mode: ExplainOptions["mode"], flags: ExplainFlags, setting: CommandSetting): Promise<void> {
  const { nat, firewall, tls = false, helper = false } = flags;
  const ports = portsOf(flags, setting.messages);
  const picture = explainMode({ mode, topology: { nat, firewall, tls, helper }, ports }, setting.language);
  await drawSvg(picture, flags, setting);
  const lines = flags.json ? [jsonLine(picture)] : formatPicture(picture);
  setting.terminal.output.write(lines.map((line) => `${line}\n`).join(""));
}

function portsOf({ port, sourcePort, passivePorts }: ExplainFlags, { explain: say }: Messages): ExplainedPorts {
  const passive = passivePorts === "any" ? "any" : parsePorts(passivePorts);
  if (!passive) throw new UsageError(say.notARange(passivePorts));
  return {
    control: portOf("--port", port, say.notAPort),
    source: sourcePort === "any" ? "any" : portOf("--source-port", sourcePort, say.notAPort),
    passive,
  };
}

function portOf(option: string, written: string, notAPort: (option: string, written: string) => string): number {
  const ports = written.includes("-") ? undefined : parsePorts(written);
  if (!ports) throw new UsageError(notAPort(option, written));
  return ports.from;
}
