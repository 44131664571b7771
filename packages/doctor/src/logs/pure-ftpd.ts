import { factsOf, remember, replyOf, stepOf, timeOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogFormat, LogReader } from "./log-step.ts";

/** As syslog writes it, in its old and in its new form, or as it is received. */
const line =
  /^(?:<\d+>)?(\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) (?:\S+ )?pure-ftpd(?:\[(\d+)\])?: \(([^@]*)@(.*?)\) \[\w+\] (.*)$/;

const rules: readonly LineRule[] = [
  [/^New connection from (\S+)/, (address) => ({ kind: "connected", client: { address } })],
  [
    /^Command \[(\w+)\] \[(.*)\]$/,
    (verb, argument) => ({ kind: "command", line: `${verb.toUpperCase()} ${argument}`.trim() }),
  ],
  [/ (?:down|up)loaded {1,2}\((\d+) bytes/, (bytes) => ({ kind: "moved", bytes: Number(bytes) })],
  [/^(?:Logout\.|Timeout)/, () => ({ kind: "closed" })],
  [/^([1-5]\d\d (?!Logout).*)$/, (said) => replyOf(said)],
];

/** Pure-FTPd's lines in the system's log, with `-d -d` for commands and replies. */
export const pureFtpd: LogFormat = {
  side: "server",
  marks: / pure-ftpd(?:\[\d+\])?: \([^)]*\) \[(?:INFO|DEBUG|NOTICE|WARNING|ERROR)\] /,
  reader,
};

function reader(): LogReader {
  let sessions = 0;
  const current = new Map<string, string>();
  return (text) => {
    const [, time = "", pid, , address = "", said = ""] = line.exec(text) ?? [];
    const facts = factsOf(said, rules);
    if (!facts) return [];
    // Without its pid nothing but the client's address tells sessions apart.
    const key = pid ?? address;
    if (facts.kind === "connected") remember(current, key, String(++sessions));
    const session = current.get(key) ?? "0";
    const at = timeOf(/^\d/.test(time) ? time : `${time} 2000`);
    return [stepOf(facts, session, at)];
  };
}
