import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { ip, parseIp, reachOf } from "@twinport/protocol";
import type { Family } from "../evidence.ts";

/** Milliseconds for the name. */
const LOOKUP_MS = 8000;

/** The families that a name has addresses of, or why it has none. */
export type FamiliesOfName =
  | { readonly kind: "known"; readonly families: readonly Family[] }
  | { readonly kind: "unknown"; readonly cause: string };

/**
 * Of which families the addresses of a host are. One that this host has no address of itself is left out, unless it is
 * asked for, or the only one.
 */
export async function familiesOf(host: string, asked: Family | undefined): Promise<FamiliesOfName> {
  const literal = parseIp(host);
  if (literal) return { kind: "known", families: [literal.family] };
  try {
    const found = await Promise.race([lookup(host, { all: true, ...(asked && { family: asked }) }), tooLate()]);
    const has = (family: Family): boolean => found.some((one) => one.family === family && isUsable(one.address));
    const families = ([4, 6] as const).filter(has);
    const only = found[0]?.family === 6 ? 6 : 4;
    return { kind: "known", families: families.length > 0 ? families : [only] };
  } catch (error) {
    const cause = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { kind: "unknown", cause };
  }
}

/** Whether this host has an address from which that one can be reached. */
function isUsable(address: string): boolean {
  const { family, text } = ip(address);
  if (family === 4 || reachOf(ip(text)) === "loopback") return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some((one) => {
    if (one.family !== "IPv6") return false;
    const reach = reachOf(ip(one.address));
    return reach !== "loopback" && reach !== "link-local";
  });
}

function tooLate(): Promise<never> {
  return new Promise((_resolve, reject) => {
    const late = Object.assign(new Error("no answer"), { code: "ETIMEOUT" });
    setTimeout(() => reject(late), LOOKUP_MS).unref();
  });
}
