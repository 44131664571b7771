import { parseIp } from "./ip.ts";

/** What a client asks for with HOST (RFC 7151 §3.1). */
export type HostName = { readonly kind: "name"; readonly name: string } | { readonly kind: "address" };

const label = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/;

/**
 * Reads a host name, in lower case and without the dot at its end, or an address, IPv6 in brackets; undefined for what
 * is neither. Names of other scripts are written as in the DNS (`xn--`).
 */
export function parseHostName(text: string): HostName | undefined {
  const bracketed = /^\[(.+)\]$/.exec(text)?.[1];
  if (bracketed !== undefined) return parseIp(bracketed)?.family === 6 ? { kind: "address" } : undefined;
  if (parseIp(text)) return parseIp(text)?.family === 4 ? { kind: "address" } : undefined;
  const name = text.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const isName = name.length <= 253 && labels.every((one) => one.length <= 63 && label.test(one));
  // A name whose last label is a number is a misspelt address.
  return isName && !/^\d+$/.test(labels.at(-1) ?? "") ? { kind: "name", name } : undefined;
}
