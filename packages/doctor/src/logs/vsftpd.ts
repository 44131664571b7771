import { factsOf, remember, replyOf, stepOf, timeOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogFormat, LogReader } from "./log-step.ts";

const line = /^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}) \[pid (\d+)\] (?:\[([^\]]*)\] )?(.*)$/;

const rules: readonly LineRule[] = [
  [/^CONNECT: Client "(?:::ffff:)?([^"]*)"/, (address) => ({ kind: "connected", client: { address } })],
  [/^FTP command: Client "[^"]*", "(.*)"$/, (said) => ({ kind: "command", line: said })],
  [/^FTP response: Client "[^"]*", "(.*)"$/, (said) => replyOf(said)],
  [
    /^(OK|FAIL) (DOWNLOAD|UPLOAD|APPEND): Client "[^"]*", "([^"]*)"(?:, (\d+) bytes)?/,
    (_outcome, _what, _path, bytes) => (bytes === "" ? undefined : { kind: "moved", bytes: Number(bytes) }),
  ],
];

/** The log of vsftpd with `log_ftp_protocol=YES`. */
export const vsftpd: LogFormat = {
  side: "server",
  marks: /^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4} \[pid \d+\] (?:\[[^\]]*\] )?(?:CONNECT:|FTP |OK |FAIL |DEBUG:)/,
  reader: vsftpdReader,
};

function vsftpdReader(): LogReader {
  // After the login another process goes on: it is the one that was not seen before, for the same client.
  const sessions = new Map<string, string>();
  const waiting = new Map<string, string>();
  return (text) => {
    const [, time = "", pid = "", , said = ""] = line.exec(text) ?? [];
    if (pid === "") return [];
    const [, client = ""] = /Client "(?:::ffff:)?([^"]*)"/.exec(said) ?? [];
    const facts = factsOf(said, rules);
    if (facts?.kind === "connected") sessions.delete(pid);
    if (said.startsWith("OK LOGIN")) return [];
    const session = sessions.get(pid) ?? waiting.get(client) ?? `${pid} ${time}`;
    if (!sessions.has(pid)) waiting.delete(client);
    remember(sessions, pid, session);
    if (facts?.kind === "connected" || facts?.kind === "command") {
      if (/^(?:PASS|USER)\b/.test(facts.kind === "command" ? facts.line : "")) remember(waiting, client, session);
    }
    return facts ? [stepOf(facts, session, timeOf(time))] : [];
  };
}
