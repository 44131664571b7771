import { findingsOf } from "@twinport/doctor";
import { isPassive } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence, Evidence, TlsUse } from "@twinport/doctor";
import type { AttemptOutcome, ModeCommand } from "@twinport/protocol";

/** Who talks with whom, in addresses of the lab. */
export const places = {
  public: { local: "192.0.2.2", peer: "192.0.2.66" },
  hidden: { local: "192.168.1.2", peer: "192.0.2.66" },
  carrier: { local: "192.168.1.2", peer: "203.0.113.2" },
  forwarded: { local: "192.0.2.2", peer: "203.0.113.2" },
  near: { local: "10.0.0.7", peer: "10.0.0.2" },
  six: { local: "2001:db8:10::2", peer: "2001:db8:20::2" },
} as const;

type Place = keyof typeof places;

const usual: Partial<Record<AttemptOutcome, Partial<AttemptEvidence>>> = {
  moved: { bytes: 300, connected: true, dialMs: 1, ms: 20 },
  "dial-silent": { dialMs: 5000, ms: 5010 },
  "dial-refused": { dialMs: 1, ms: 10 },
  "dial-unreachable": { dialMs: 1, ms: 10 },
  "nobody-came": { ms: 6000 },
  "no-bytes": { connected: true, ms: 6000 },
  "data-broken": { connected: true, ms: 100 },
};

/**
 * One attempt in a line: `pasv off dial-silent 50003`, `port explicit command-refused "500 Illegal PORT command."`. The
 * number is the port that was told, the words in quotes are the server's last.
 */
export function tried(place: Place, line: string, more: Partial<AttemptEvidence> = {}): AttemptEvidence {
  const [, mode = "", tls = "", outcome = "", port = "", words] =
    /^(\S+) (\S+) (\S+)(?: (\d+))?(?: "(.*)")?$/.exec(line) ?? [];
  const { local, peer } = places[place];
  const isOurs = !isPassive(mode as ModeCommand);
  const reply = words === undefined ? undefined : { code: Number(words.slice(0, 3)), text: words.slice(4) };
  const isRefused = outcome === "command-refused";
  const told = { port: Number(port || (isOurs ? 40_001 : 50_001)), ...(isOurs && { address: local }) };
  return {
    ...{ mode: mode as ModeCommand, tls: tls as TlsUse, outcome: outcome as AttemptOutcome, purpose: "turn" },
    ...{ family: place === "six" ? 6 : 4, ms: 50, bytes: 0, connected: false, strangers: [], facts: {} },
    control: { local: { address: local, port: 40_000 }, peer: { address: peer, port: 21 } },
    ...((isOurs || !isRefused) && { told }),
    ...usual[outcome as AttemptOutcome],
    ...(isRefused
      ? reply && { modeReply: reply }
      : { modeReply: { code: 200, text: "yes" }, ...(reply && { lastReply: reply }) }),
    ...more,
  };
}

/** A command connection that came to this. */
export function control(
  place: Place,
  tls: TlsUse,
  outcome: string,
  more: Partial<ControlEvidence> = {},
): ControlEvidence {
  const { local, peer } = places[place];
  const ends = { local: { address: local, port: 40_000 }, peer: { address: peer, port: 21 } };
  const isConnected = !outcome.startsWith("connect-") && outcome !== "name-not-found";
  return {
    ...{ family: place === "six" ? 6 : 4, tls, outcome, facts: {} },
    ...(isConnected && { ...ends, connectMs: 1 }),
    ...more,
  };
}

/** Evidence of these attempts; each use of TLS among them has logged in. */
export function evidence(attempts: readonly AttemptEvidence[], more: Partial<Evidence> = {}): Evidence {
  const logins = new Map(
    attempts.map(({ family, tls, control: { local, peer } }) => [`${family} ${tls}`, { family, tls, local, peer }]),
  );
  return {
    ...{ host: "ftp.example.net", port: 21, attempts, tls: [], trace: [] },
    controls: [...logins.values()].map((login) => ({ ...login, outcome: "ready", connectMs: 1, facts: {} })),
    ...more,
  };
}

/** The attempts of a place, a line each. */
export const all = (place: Place, ...lines: readonly string[]): AttemptEvidence[] =>
  lines.map((line) => tried(place, line));

/** Lines of attempts that many stories have. */
export const passes = ["epsv off moved 50001", "pasv off moved 50002"];
export const comes = ["eprt off moved 40001", "port off moved 40002"];
export const silent = ["epsv off dial-silent 50001", "pasv off dial-silent 50002"];
export const reset = ["epsv off dial-refused 50001", "pasv off dial-refused 50002"] as const;
export const nobody = ["eprt off nobody-came 40001", "port off nobody-came 40002"];
export const illegal = [
  'eprt off command-refused 40001 "500 Illegal EPRT command."',
  'port off command-refused 40002 "500 Illegal PORT command."',
];

/** An attempt of a server that tells an address. */
export function tells(place: Place, line: string, address: string): AttemptEvidence {
  const attempt = tried(place, line);
  return { ...attempt, told: { port: 0, ...attempt.told, address } };
}

/** Answers of the server that each took so many milliseconds. */
export const answers = (ms: number): Evidence["trace"] =>
  Array.from({ length: 8 }, (_, i) => [
    { kind: "command-sent" as const, line: "NOOP", at: i * 10_000, session: "1" },
    { kind: "reply-received" as const, code: 200, line: "yes", at: i * 10_000 + ms, session: "1" },
  ]).flat();

/** What is found, in short: `out-silent undecided 50001 blocks`. */
export const found = (of: Evidence): string[] =>
  findingsOf(of).map(({ cause, side, port, blocks }) => `${cause} ${side} ${port ?? "-"}${blocks ? " blocks" : ""}`);
