import net from "node:net";
import tls from "node:tls";
import type { Examination } from "./examination.ts";
import type { Family } from "../evidence.ts";

/** What speaks at a port. */
export type Speaks = "ftp" | "ssh" | "http" | "smtp" | "pop3" | "imap" | "tls" | "nothing" | "other";

/** Milliseconds for whoever speaks first, and for an answer. */
const FIRST_MS = 2000;

/** How each begins what it says. */
const beginnings: readonly (readonly [Speaks, RegExp])[] = [
  ["ssh", /^SSH-/],
  ["http", /^HTTP\/|<html|^400 Bad Request/i],
  ["smtp", /^220[ -].*\bE?SMTP\b/i],
  ["pop3", /^\+OK/],
  ["imap", /^\* (?:OK|PREAUTH|BYE)/],
  // An alert, or a hello.
  // eslint-disable-next-line no-control-regex -- the first bytes of a record
  ["tls", /^[\u0015\u0016]\u0003/],
  ["ftp", /^[1245]\d\d[ -]/],
];

/** What a first word shows of who says it. */
export function speakerOf(said: string): Speaks {
  if (said === "") return "nothing";
  return beginnings.find(([, begins]) => begins.test(said))?.[0] ?? "other";
}

/** Listens at a port that does not speak as expected: its first words, and its answer to TLS and to a line. */
export async function look(
  { connecting: { host, port = 21 }, signal }: Examination,
  family: Family,
): Promise<{ readonly speaks: Speaks; readonly seen: string }> {
  const at = { host, port, family };
  const greeting = await wordOf(at, signal);
  if (greeting !== "") return { speaks: speakerOf(greeting), seen: shown(greeting) };
  if (await shakesHands(at, signal)) return { speaks: "tls", seen: "" };
  const answer = await wordOf(at, signal, "HELP\r\n\r\n");
  return { speaks: speakerOf(answer), seen: shown(answer) };
}

type At = { readonly host: string; readonly port: number; readonly family: Family };

function wordOf(at: At, signal: AbortSignal, say?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ ...at, signal });
    const settle = (said: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(said);
    };
    const timer = setTimeout(settle, FIRST_MS, "");
    socket.once("connect", () => say !== undefined && socket.write(say));
    socket.once("data", (bytes) => settle(bytes.toString("latin1")));
    socket.on("error", () => settle("")).once("close", () => settle(""));
  });
}

function shakesHands(at: At, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const raw = net.connect({ ...at, signal });
    // Nobody is told anything here: whose certificate it is does not matter.
    const socket = tls.connect({ socket: raw, rejectUnauthorized: false });
    const settle = (isTls: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      raw.destroy();
      resolve(isTls);
    };
    const timer = setTimeout(settle, FIRST_MS, false);
    raw.on("error", () => settle(false));
    socket.once("secureConnect", () => settle(true));
    socket.on("error", () => settle(false)).once("close", () => settle(false));
  });
}

function shown(said: string): string {
  return said
    .split(/[\r\n]/)[0]!
    .slice(0, 100)
    .replace(/[^ -~]/g, "?");
}
