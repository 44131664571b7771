import { readFile } from "node:fs/promises";
import {
  askedFlows,
  checkOptionsOf,
  checkRules,
  readIptables,
  readLocalRules,
  readNft,
  sayRulesCheck,
} from "@twinport/doctor";
import { ip } from "@twinport/protocol";
import { exitCodes } from "../../exit-codes.ts";
import { Reported } from "../../reported.ts";
import { UsageError } from "../../usage-error.ts";
import { jsonLine } from "../client/json-line.ts";
import { portsOf } from "./firewall.ts";
import type { CheckOptions, Deployment, FirewallRequest, LocalRules, RulesCheck, Ruleset } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { ExitCode } from "../../exit-codes.ts";
import type { Messages } from "../../messages/index.ts";
import type { FirewallFlags } from "./firewall.ts";

/** `twinport firewall --check`: this machine's rules, or those of files, against what is needed. */
export async function checkFirewall(
  request: FirewallRequest,
  flags: FirewallFlags,
  setting: CommandSetting,
): Promise<void> {
  const { messages, terminal, language } = setting;
  const { rulesets, unread, place } = flags.rules ? await rulesOf(flags.rules, messages) : await readLocalRules();
  for (const { program, said } of unread) terminal.errors.write(`${messages.firewall.unread(program, said)}\n`);
  // What could not be read may let in anything, or nothing.
  if (unread.length > 0 && rulesets.length === 0) throw new Reported(exitCodes.failed);
  const { deployment } = request;
  const known = (flags.known ?? []).flatMap((value) => {
    const { from, to } = portsOf("--known", value, messages);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const asked = checkOptionsOf(request, place);
  const families = flags.rules ? asked.families?.filter((family) => isToldOf(rulesets, family)) : asked.families;
  const options = { ...asked, ...(families && { families }), known };
  const check = checkRules(rulesets, askedFlows(request), options);
  const lines = flags.json ? [jsonLine(check)] : sayRulesCheck(check, language);
  terminal.output.write(lines.map((line) => `${line}\n`).join(""));
  const code = exitCodeOf(check, deployment, options);
  if (code !== exitCodes.done) throw new Reported(code);
}

/** @throws {UsageError} for a file that is no output of the programs */
async function rulesOf(files: readonly string[], messages: Messages): Promise<LocalRules> {
  const rulesets = await Promise.all(
    files.map(async (file): Promise<Ruleset> => {
      const text = await readFile(file, "utf8");
      if (/^\s*\{/.test(text)) return nftOf(text, messages.firewall.notRules(file));
      if (!/^\*\w+$/m.test(text)) throw new UsageError(messages.firewall.notRules(file));
      return readIptables(text);
    }),
  );
  return { rulesets, unread: [], place: { interfaces: [] } };
}

/** @throws {UsageError} */
function nftOf(text: string, refusal: string): Ruleset {
  try {
    return readNft(text);
  } catch {
    throw new UsageError(refusal);
  }
}

/** What is saved of one family says nothing of the other. */
function isToldOf(rulesets: readonly Ruleset[], family: 4 | 6): boolean {
  const other = family === 4 ? "ip6" : "ip";
  return !rulesets.every(
    ({ source, tables }) => source !== "nft" && tables.length > 0 && tables.every((table) => table.family === other),
  );
}

/** Whether any mode works at all, and whether something is to be changed. */
function exitCodeOf(check: RulesCheck, deployment: Deployment, options: CheckOptions): ExitCode {
  const modes = (["active", "passive"] as const).filter((mode) => deployment[mode]);
  const ways = (options.families ?? []).flatMap((family) => {
    const peers = (options.from ?? []).filter((address) => ip(address).family === family);
    return (peers.length > 0 ? peers : [undefined]).map((peer) => ({ family, peer }));
  });
  const works = ways.some(({ family, peer }) => {
    const lacking = new Set<string>([
      ...check.missing.filter((one) => one.family === family && one.peer === peer).map(({ flow }) => flow.mode),
      ...check.forwards.filter((one) => one.family === family).map(({ flow }) => flow.mode),
      ...(check.unmasqueraded.includes(family) ? [options.role === "gateway-client" ? "control" : "active"] : []),
    ]);
    return !lacking.has("control") && modes.some((mode) => !lacking.has(mode));
  });
  if (!works) return exitCodes.noModeMovesData;
  const { missing, forwards, open, isOpen, unsure, unmasqueraded } = check;
  const findings = [missing, forwards, open, isOpen, unsure, unmasqueraded].some(({ length }) => length > 0);
  return findings ? exitCodes.worksWithFindings : exitCodes.done;
}
