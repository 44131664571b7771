import { ClientError } from "./errors.ts";
import type { Session } from "./session.ts";

/** The two servers: whose file it is, and who gets it. */
export type FxpRole = "from" | "to";

/** How the bytes between the servers are protected: by TLS in which one of them plays the client, or not at all. */
export type FxpProtection = "none" | "cpsv" | "sscn" | "clear";

/** One way to have two servers connect to each other. */
export interface FxpWay {
  /** Who opens a port; the other one dials it. */
  readonly passive: FxpRole;
  readonly protection: FxpProtection;
  /** Who is told to be TLS's client (SSCN). */
  readonly sscn?: FxpRole;
}

/** What is to be known of a server. */
export interface FxpServer {
  readonly name: string;
  readonly session: Pick<Session, "features" | "dataTls">;
}

const otherOf: Readonly<Record<FxpRole, FxpRole>> = { from: "to", to: "from" };

/** Who opens the port; the one that has the file comes first, for no reason but that one has to. */
const directions: readonly FxpRole[] = ["from", "to"];

/**
 * The ways that are worth a try, in their order. Between two servers that protect their data one has to play TLS's
 * client, which takes CPSV or SSCN; data goes in clear only if the caller says so.
 *
 * @throws {ClientError} `not-supported` if there is none
 */
export function fxpWays(servers: Readonly<Record<FxpRole, FxpServer>>, clearData: boolean): FxpWay[] {
  const protects = (role: FxpRole): boolean => servers[role].session.dataTls !== undefined;
  if (!protects("from") && !protects("to")) return directions.map((passive) => ({ passive, protection: "none" }));
  const bothProtect = protects("from") && protects("to");
  const ways = bothProtect ? directions.flatMap((passive) => protectedWay(servers, passive)) : [];
  if (clearData) ways.push(...directions.map((passive) => ({ passive, protection: "clear" }) as const));
  if (ways.length > 0) return ways;
  const said = bothProtect
    ? `neither ${servers.from.name} nor ${servers.to.name} offers CPSV or SSCN (FEAT); clearData lets the bytes go in clear`
    : `only ${servers[protects("from") ? "from" : "to"].name} protects data; clearData lets the bytes go in clear`;
  throw new ClientError("not-supported", { command: "TLS between the two servers", said });
}

function protectedWay(servers: Readonly<Record<FxpRole, FxpServer>>, passive: FxpRole): FxpWay[] {
  const has = (role: FxpRole, feature: string): boolean => servers[role].session.features.has(feature);
  if (has(passive, "CPSV")) return [{ passive, protection: "cpsv" }];
  const sscn = [passive, otherOf[passive]].find((role) => has(role, "SSCN"));
  return sscn ? [{ passive, protection: "sscn", sscn }] : [];
}
