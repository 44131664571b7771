import type { AttemptFailure, Reply } from "@twinport/protocol";

/** What a reply of a server says that has no data connection, whatever its code. */
const noDataConnection = /data (?:connection|channel|socket|port)|(?:use|send|need) (?:EPSV|PASV|EPRT|PORT)\b/i;

/** Replies about the file and not about the way to it, whatever words they use (RFC 959 §4.2.1, x5z). */
const aboutFile: ReadonlySet<number> = new Set([450, 452, 550, 551, 552, 553]);

/** Replies about the way, and not about the file (RFC 959 §4.2.1, x2z); 522: data must come by TLS of another kind. */
const aboutWay: Readonly<Record<number, AttemptFailure>> = {
  421: "control-lost",
  425: "server-cannot-connect",
  426: "data-broken",
  522: "tls-failed",
};

/** What the last reply to a transfer command means: it is done, it is refused, or the way for its data is shut. */
export function meaningOf(reply: Reply, moved: number): "done" | "refused" | AttemptFailure {
  const { code, lines } = reply;
  if (code < 300) return "done";
  const failure = aboutWay[code];
  if (failure) return failure;
  const isOfWay = moved === 0 && !aboutFile.has(code) && noDataConnection.test(lines.join(" "));
  return isOfWay ? "server-cannot-connect" : "refused";
}
