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
const modes = ["active", "passive"] as const;
const themes = ["auto", "light", "dark"];
const { from, to } = usualPorts.passive as Exclude<ExplainedPorts["passive"], "any">;

/** What can be explained. */
type Subject = "mode" | "log" | "code";

/** The options that each of them listens to. */
const heard: Readonly<Record<Subject, readonly string[]>> = {
  mode: ["nat", "firewall", "tls", "helper", "port", "sourcePort", "passivePorts", "svg", "theme", "json"],
  log: ["log", "as", "svg", "theme", "json"],
  code: ["json"],
};
const subjects: readonly Subject[] = ["mode", "log", "code"];

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
    .action(async (words: readonly string[], flags: ExplainFlags, command: Command) => {
      const word = words.join(" ");
      const mode = modes.find((one) => one === word.toLowerCase());
      if (flags.log !== undefined && word !== "") throw new UsageError(say.wordOrLog(word));
      if (flags.log === undefined && word === "") throw new UsageError(say.nothing);
      refuseUnheard(command, mode ? "mode" : word === "" ? "log" : "code", say);
      if (flags.log !== undefined) return (await import("./explain-log.ts")).explainLog(setting, flags.log, flags);
      if (mode) return tellMode(mode, flags, setting);
      return (await import("./explain-code.ts")).explainCode(setting, word, flags);
    });
}

/** An option that changes nothing would be taken for one that does. */
function refuseUnheard(command: Command, subject: Subject, say: Messages["explain"]): void {
  const isGiven = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  for (const option of command.options) {
    const name = option.attributeName();
    const takers = subjects.filter((one) => heard[one].includes(name));
    // What none of them has is for all commands: --lang.
    if (!isGiven(name) || takers.length === 0 || takers.includes(subject)) continue;
    throw new UsageError(say.notWith(String(option.long), takers.map((one) => say.subjects[one]).join(say.and)));
  }
  if (isGiven("theme") && !isGiven("svg")) throw new UsageError(say.themeWithoutSvg);
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
