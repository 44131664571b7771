import { parseIp, parsePrefix } from "@twinport/protocol";
import type { Field, Match, Value } from "./ruleset.ts";

/** How many bits lead in a mask such as `255.255.255.0`; undefined where others are set, too. */
function bitsOfMask(mask: string): number | undefined {
  const bits = parseIp(mask)
    ?.bytes.map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return bits !== undefined && /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : undefined;
}

/** `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.9`. */
export function addressValue(text: string): Value {
  const [start = "", end] = text.split("-");
  if (end !== undefined) {
    const [from, to] = [parseIp(start), parseIp(end)];
    return from && to ? { kind: "addresses", from, to } : { kind: "unknown" };
  }
  const [address = "", length] = text.split("/");
  const bits = length !== undefined && /[.:]/.test(length) ? bitsOfMask(length) : length;
  if (isMapped(address)) return { kind: "nobody" };
  const prefix = parsePrefix(bits === undefined && length === undefined ? address : `${address}/${bits}`);
  return prefix ? { kind: "prefix", prefix } : { kind: "unknown" };
}

function isMapped(address: string): boolean {
  return address.includes(":") && parseIp(address)?.family === 4;
}

/** `21`, `30000:30099`, `30000-30099`, `:1023`. */
export function portsValue(text: string): Value {
  const parts = /^(\d*)(?:([:-])(\d*))?$/.exec(text);
  if (!parts || text === "") return { kind: "unknown" };
  const [, from = "", range, to = ""] = parts;
  if (range === undefined) return numbers(Number(from));
  return numbers(from === "" ? 0 : Number(from), to === "" ? 65_535 : Number(to));
}

export function numbers(from: number, to = from): Value {
  return { kind: "numbers", from, to };
}

/** `eth0`, and the beginning of a name with the sign of the program behind it: `eth+`, `eth*`. */
export function interfaceValue(text: string, sign: "+" | "*"): Value {
  const isStart = text.endsWith(sign);
  return { kind: "interface", name: isStart ? text.slice(0, -1) : text, isStart };
}

export function wordValue(word: string): Value {
  return { kind: "word", word: word.toLowerCase() };
}

/** One field is one of these. */
export function among(field: Field, values: readonly Value[], negated = false): Match {
  return { kind: "among", fields: [field], negated, among: values.map((value) => [value]) };
}
