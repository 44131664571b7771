import { parseIp } from "@twinport/protocol";
import type { Option } from "./iptables-words.ts";
import type { Effect, RuleVerdict, Target } from "./ruleset.ts";

/** What follows from a target: a verdict, effects, or neither for one that only writes a log. */
export interface Consequence {
  readonly verdict?: RuleVerdict;
  readonly effects: readonly Effect[];
}

type Reader = (options: readonly Option[]) => Consequence;

const ALL = 0xffff_ffff;

const ends =
  (verdict: RuleVerdict): Reader =>
  () => ({ verdict, effects: [] });

/** Writes something down, or changes what no rule here asks for. */
const goesOn: Reader = () => ({ effects: [] });

const targets: Readonly<Record<string, Reader>> = {
  ACCEPT: ends({ kind: "accept" }),
  DROP: ends({ kind: "drop" }),
  REJECT: ends({ kind: "reject" }),
  RETURN: ends({ kind: "return" }),
  SNAT: ends({ kind: "snat" }),
  MASQUERADE: ends({ kind: "masquerade" }),
  DNAT: (options) => ({ verdict: { kind: "dnat", to: targetOf(valueOf(options, "--to-destination")) }, effects: [] }),
  REDIRECT: (options) => ({ verdict: { kind: "redirect", to: portsOf(valueOf(options, "--to-ports")) }, effects: [] }),
  MARK: (options) => ({ effects: options.flatMap(markOf) }),
  CONNMARK: (options) => ({
    effects: options.some(({ name }) => name === "--restore-mark") ? [{ kind: "mark-unknown" }] : [],
  }),
  CT: (options) => ({ effects: options.flatMap(trackingOf) }),
  NOTRACK: () => ({ effects: [{ kind: "untrack" }] }),
  ...Object.fromEntries(
    [
      ["LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "TCPMSS", "TCPOPTSTRIP", "CLASSIFY", "CHECKSUM", "SET", "TOS"],
      ["DSCP", "TTL", "HL", "SECMARK", "CONNSECMARK", "RATEEST", "IDLETIMER", "LED", "ECN", "TEE"],
    ]
      .flat()
      .map((name) => [name, goesOn]),
  ),
};

/** What a target does that is no chain of its table. */
export function consequenceOf(name: string, options: readonly Option[]): Consequence {
  return (targets[name] ?? ends({ kind: "unknown" }))(options);
}

/** `192.0.2.1:21`, `192.0.2.1:30000-30099`, `[2001:db8::1]:21`, `:21`; several addresses are not known ones. */
function targetOf(text: string): Target {
  const [, bracketed, plain, ports] =
    /^(?:\[([^\]]*)\]|([^:]*|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*))(?::([\d-]+(?:\/\d+)?))?$/i.exec(text) ?? [];
  const written = bracketed ?? plain;
  if (written === undefined) return { isUnsure: true };
  const address = parseIp(written);
  return {
    ...portsOf(ports ?? ""),
    ...(address && { address }),
    ...(written !== "" && !address && { isUnsure: true }),
  };
}

function portsOf(text: string): Target {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (from === undefined) return { isUnsure: text !== "" };
  return { ports: { from: Number(from), to: Number(to) }, isUnsure: false };
}

function valueOf(options: readonly Option[], wanted: string): string {
  return options.find(({ name }) => name === wanted)?.values[0] ?? "";
}

function markOf({ name, values }: Option): Effect[] {
  const [value = 0, mask = ALL] = (values[0] ?? "").split("/").map((text) => Number(text) >>> 0);
  switch (name) {
    case "--set-xmark":
      return [{ kind: "mark", keep: ~mask >>> 0, set: value }];
    case "--set-mark":
      return [{ kind: "mark", keep: ~(mask | value) >>> 0, set: value }];
    case "--or-mark":
      return [{ kind: "mark", keep: ~value >>> 0, set: value }];
    case "--and-mark":
      return [{ kind: "mark", keep: value, set: 0 }];
    case "--xor-mark":
      return [{ kind: "mark", keep: ALL, set: value }];
    default:
      return [];
  }
}

function trackingOf({ name, values }: Option): Effect[] {
  if (name === "--notrack") return [{ kind: "untrack" }];
  return name === "--helper" ? [{ kind: "helper", name: values[0] ?? "" }] : [];
}
