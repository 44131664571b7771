import { parseIp } from "./address/ip.ts";
import type { Endpoint } from "./trace.ts";

/** What a client may ask a Twinport server about the network between them, behind `SITE DOCTOR`. */
export type FarEndRequest =
  /** Where the command connection comes from, as the server sees it. */
  | { readonly kind: "peer" }
  /** What the server has read, and what it has sent: a box on the way may have rewritten it. */
  | { readonly kind: "heard" }
  /** What has come to the passive port that was offered last. */
  | { readonly kind: "arrival"; readonly port: number }
  /** To dial the client: from the port of active mode, from a free port of the passive range, or from the reserved one. */
  | { readonly kind: "dial"; readonly port: number; readonly from?: number | "passive" }
  /** To keep a free port of the passive range for a dial. */
  | { readonly kind: "reserve" };

/** How a dial of the server to its client ended. */
export type FarDialOutcome = "connected" | "refused" | "silent" | "unreachable";

/** What a server says that it has seen at a passive port; `unknown` where it cannot know. */
export type FarArrival =
  /** The client's connection stood. */
  | { readonly arrival: "accepted" }
  /** The client's SYN has come; what was answered to it has not brought its ACK. */
  | { readonly arrival: "half-open" }
  | { readonly arrival: "nothing" }
  /** Nobody came but one from another address. */
  | { readonly arrival: "stranger"; readonly address: string }
  | { readonly arrival: "unknown" };

/** What the server answers, behind 200. */
export type FarEndReply =
  | { readonly kind: "peer"; readonly peer: Endpoint }
  /** The last PORT or EPRT, and the last 227 or 229 with its code, as whole lines; undefined where there was none. */
  | { readonly kind: "heard"; readonly heard: string | undefined; readonly told: string | undefined }
  | ({ readonly kind: "arrival"; readonly port: number } & FarArrival)
  /** `from` is the port that it was dialled from, where that is a certain one. */
  | { readonly kind: "dial"; readonly port: number; readonly from?: number; readonly outcome: FarDialOutcome }
  | { readonly kind: "reserve"; readonly port: number };

const NONE = "-";
const TOLD = "; TOLD ";

/** Writes what stands behind `SITE DOCTOR `. */
export function formatFarEndRequest(request: FarEndRequest): string {
  switch (request.kind) {
    case "arrival":
      return `PORT ${request.port}`;
    case "dial":
      return `DIAL ${request.port}${request.from === undefined ? "" : ` FROM ${String(request.from).toUpperCase()}`}`;
    default:
      return request.kind.toUpperCase();
  }
}

/** Reads what stands behind `SITE DOCTOR `; undefined for anything else. */
export function parseFarEndRequest(text: string): FarEndRequest | undefined {
  const [word = "", ...rest] = text.trim().toUpperCase().split(/ +/);
  const port = portOf(rest[0]);
  if (rest.length === 0) {
    return word === "PEER" || word === "HEARD" || word === "RESERVE"
      ? { kind: word.toLowerCase() as "peer" | "heard" | "reserve" }
      : undefined;
  }
  if (port === undefined) return undefined;
  if (word === "PORT") return rest.length === 1 ? { kind: "arrival", port } : undefined;
  if (word !== "DIAL") return undefined;
  if (rest.length === 1) return { kind: "dial", port };
  const from = rest[2] === "PASSIVE" ? "passive" : portOf(rest[2]);
  return rest.length === 3 && rest[1] === "FROM" && from !== undefined ? { kind: "dial", port, from } : undefined;
}

/** Writes the text of a 200. */
export function formatFarEndReply(answer: FarEndReply): string {
  switch (answer.kind) {
    case "peer":
      return `PEER ${answer.peer.address} ${answer.peer.port}`;
    case "heard":
      return `HEARD ${answer.heard ?? NONE}${TOLD}${answer.told ?? NONE}`;
    case "arrival":
      return `PORT ${answer.port} ${answer.arrival}${answer.arrival === "stranger" ? ` ${answer.address}` : ""}`;
    case "dial":
      return `DIAL ${answer.port}${answer.from === undefined ? "" : ` FROM ${answer.from}`} ${answer.outcome}`;
    case "reserve":
      return `RESERVE ${answer.port}`;
  }
}

/** Reads the text of a 200; undefined for what no such server says. */
export function parseFarEndReply(text: string): FarEndReply | undefined {
  return parseHeard(text) ?? parseWords(text.split(" "));
}

function parseHeard(text: string): FarEndReply | undefined {
  // What was heard may be anything; what was told is the server's own.
  const at = text.lastIndexOf(TOLD);
  if (!text.startsWith("HEARD ") || at === -1) return undefined;
  const some = (line: string): string | undefined => (line === NONE ? undefined : line);
  return { kind: "heard", heard: some(text.slice("HEARD ".length, at)), told: some(text.slice(at + TOLD.length)) };
}

function parseWords([word, first = "", second, third, fourth, ...more]: readonly string[]): FarEndReply | undefined {
  if (more.length > 0) return undefined;
  if (word === "PEER") {
    const port = portOf(second);
    if (parseIp(first) === undefined || port === undefined || third !== undefined) return undefined;
    return { kind: "peer", peer: { address: first, port } };
  }
  const port = portOf(first);
  if (port === undefined) return undefined;
  if (word === "RESERVE") return second === undefined ? { kind: "reserve", port } : undefined;
  if (word === "PORT" && fourth === undefined) {
    const arrival = arrivalOf(second, third);
    return arrival && { kind: "arrival", port, ...arrival };
  }
  if (word !== "DIAL") return undefined;
  const from = second === "FROM" ? portOf(third) : undefined;
  const outcome = second === "FROM" ? fourth : second;
  if (!isDialOutcome(outcome) || (second === "FROM" ? from === undefined : third !== undefined)) return undefined;
  return { kind: "dial", port, ...(from !== undefined && { from }), outcome };
}

function arrivalOf(word: string | undefined, address: string | undefined): FarArrival | undefined {
  if (word === "stranger") {
    return address !== undefined && parseIp(address) ? { arrival: word, address } : undefined;
  }
  if (address !== undefined) return undefined;
  return word === "accepted" || word === "half-open" || word === "nothing" || word === "unknown"
    ? { arrival: word }
    : undefined;
}

function isDialOutcome(word: string | undefined): word is FarDialOutcome {
  return word === "connected" || word === "refused" || word === "silent" || word === "unreachable";
}

function portOf(digits: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(digits ?? "") ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
