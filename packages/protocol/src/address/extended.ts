import { parseIp } from "./ip.ts";
import type { Family } from "./ip.ts";
import type { HostPort } from "./host-port.ts";

/** What the argument of EPRT is. */
export type ParsedExtendedPort =
  | { readonly kind: "where"; readonly where: HostPort }
  | { readonly kind: "refused"; readonly because: "not-valid" | "family-not-known" };

/** What the argument of EPSV asks for: a family, any, or never again anything but EPSV. */
export type ExtendedPassiveRequest = Family | "any" | "all";

/**
 * Reads EPRT's `|family|address|port|` (RFC 2428 §2); any printable character may stand for the bar. The address
 * counts, not the family's number, where an IPv4 address comes mapped into IPv6.
 */
export function parseExtendedPort(text: string): ParsedExtendedPort {
  const bar = text.charAt(0);
  if (bar < "!" || bar > "~") return { kind: "refused", because: "not-valid" };
  const [before, family, written, digits, after, ...more] = text.split(bar);
  if (before !== "" || after !== "" || more.length > 0) return { kind: "refused", because: "not-valid" };
  if (!/^\d{1,5}$/.test(family ?? "") || !/^\d{1,5}$/.test(digits ?? ""))
    return { kind: "refused", because: "not-valid" };
  if (family !== "1" && family !== "2") return { kind: "refused", because: "family-not-known" };
  const address = parseIp(written ?? "");
  const writtenAs: Family = written?.includes(":") ? 6 : 4;
  const port = Number(digits);
  if (!address || port > 65_535 || String(writtenAs === 4 ? 1 : 2) !== family) {
    return { kind: "refused", because: "not-valid" };
  }
  return { kind: "where", where: { address, port } };
}

/** Writes EPRT's argument. */
export function formatExtendedPort({ address, port }: HostPort): string {
  return `|${address.family === 4 ? 1 : 2}|${address.text}|${port}|`;
}

/** Reads EPSV's argument (RFC 2428 §3); undefined for a family that does not exist. */
export function parseExtendedPassiveRequest(argument: string): ExtendedPassiveRequest | undefined {
  const written = argument.trim().toUpperCase();
  if (written === "") return "any";
  if (written === "ALL") return "all";
  if (written === "1") return 4;
  if (written === "2") return 6;
  return undefined;
}

/** The `(|||port|)` of a 229 reply. */
export function formatExtendedPassive(port: number): string {
  return `(|||${port}|)`;
}

/** The port in the text of a 229 reply; undefined where there is none. */
export function parseExtendedPassive(text: string): number | undefined {
  const found = /\(([!-~])\1\1(\d{1,5})\1\)/.exec(text);
  const port = Number(found?.[2] ?? Number.NaN);
  return port >= 1 && port <= 65_535 ? port : undefined;
}
