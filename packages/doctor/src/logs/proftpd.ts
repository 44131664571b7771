import { factsOf, failureOf, remember, replyOf, stepOf, timeOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogEnd, LogFormat, LogReader, LogStepFacts } from "./log-step.ts";

/** Its SystemLog or debug output, and its TraceLog. */
const line =
  /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d+)?) (?:\S+ proftpd\[(\d+)\] [^:]*\([^)]*\[([^\]]*)\]\): |\[(\d+)\] <\w+:\d+>: )(.*)$/;

const end = (address: string, port: string): LogEnd => ({
  address: address.replace(/^::ffff:(?=\d+\.)/, ""),
  port: Number(port),
});

const rules: readonly LineRule[] = [
  [/^connected - local {2}: (\S+):(\d+)$/, (address, port) => ({ kind: "connected", server: end(address, port) })],
  [/^connected - remote : (\S+):(\d+)$/, (address, port) => ({ kind: "connected", client: end(address, port) })],
  [
    /^(?:passive|active) data connection opened - local {2}: (\S+):(\d+)$/,
    (address, port) => ({ kind: "data-connected", server: end(address, port) }),
  ],
  [
    /^(?:passive|active) data connection opened - remote : (\S+):(\d+)$/,
    (address, port) => ({ kind: "data-connected", client: end(address, port) }),
  ],
  [
    /^Error connecting to (\S+)#\d+ for active data transfer: (.*)$/,
    (_address, words) => ({ kind: "dial-failed", how: failureOf(words), said: words }),
  ],
  [/^dispatching (?:PRE_CMD|CMD) command '(.*)' to mod_\w+(?:\.c)?$/, (said) => ({ kind: "command", line: said })],
  [/^(?:Entering Passive Mode) (.*)$/, (text) => ({ kind: "reply", code: 227, text: `Entering Passive Mode ${text}` })],
  [
    /^(?:Entering Extended Passive Mode) (.*)$/,
    (text) => ({ kind: "reply", code: 229, text: `Entering Extended Passive Mode ${text}` }),
  ],
  [/^Transfer (?:completed|aborted): (\d+) bytes/, (bytes) => ({ kind: "moved", bytes: Number(bytes) })],
  [/^FTP session closed\.?$/, () => ({ kind: "closed" })],
  [/^client sent EOF, closing control connection$/, () => ({ kind: "closed" })],
  [/^([1-5]\d\d [^:].*)$/, (said) => replyOf(said)],
];

/** ProFTPD's SystemLog with `DebugLevel 5` and more, and its TraceLog with `Trace command:7 response:1`. */
export const proftpd: LogFormat = {
  side: "server",
  marks: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:,\d+)? (?:\S+ proftpd\[\d+\] |\[\d+\] <\w+:\d+>: )/,
  reader: proftpdReader,
};

function proftpdReader(): LogReader {
  const last = new Map<string, string>();
  return (text) => {
    const [, time = "", pid, client = "", tracing, said = ""] = line.exec(text) ?? [];
    const session = pid ?? tracing;
    if (session === undefined) return [];
    const facts = factsOf(said, rules);
    if (!facts || isRepeated(facts, session, last)) return [];
    if (facts.kind === "closed") last.delete(session);
    const at = timeOf(time);
    const isNew = !last.has(session) && client !== "" && facts.kind !== "connected";
    const known = isNew ? [stepOf({ kind: "connected", client: { address: client } }, session, at)] : [];
    return [...known, stepOf(facts, session, at)];
  };
}

/** Each module is given a command in its turn, and a line tells of each; a reply stands in both logs. */
function isRepeated(facts: LogStepFacts, session: string, last: Map<string, string>): boolean {
  if (facts.kind !== "command" && facts.kind !== "reply") return false;
  const key = facts.kind === "command" ? facts.line : String(facts.code);
  const isSame = last.get(session) === key;
  // A reply ends a command: the same one again is another one.
  remember(last, session, key);
  return isSame;
}
