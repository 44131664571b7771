import { formatTimestamp } from "@twinport/protocol";
import type { Reply } from "@twinport/protocol";
import type { ClientCore } from "../core.ts";

/**
 * Sets the time of a remote file: by MFMT, else by MDTM with a time (vsftpd and others), else by SITE UTIME. False where
 * the server can do none of them.
 *
 * @param at milliseconds since 1970
 */
export async function setModified(core: ClientCore, path: string, at: number, signal: AbortSignal): Promise<boolean> {
  const session = await core.session(signal);
  // Whole seconds: older servers know no fractions.
  const time = formatTimestamp(Math.floor(at / 1000) * 1000);
  const ways: readonly [string, string][] = [
    ["MFMT", `${time} ${path}`],
    ["MDTM", `${time} ${path}`],
    ["SITE", `UTIME ${path} ${time} ${time} ${time} UTC`],
  ];
  for (const [word, argument] of ways) {
    const way = `${word} to set times`;
    if (session.refusedListings.has(way)) continue;
    if (word === "MFMT" && session.features.lines.size > 0 && !session.features.has("MFMT")) continue;
    const reply = await core.ask(word, argument, signal);
    if (reply.code < 300 && !isOtherTime(word, reply, time)) return true;
    if (reply.code === 500 || reply.code === 501 || reply.code === 502 || reply.code === 504) {
      session.refusedListings.add(way);
    }
  }
  return false;
}

/**
 * MDTM may have answered with the time of a file whose name begins with digits. A 213 in words says that it is set
 * (vsftpd: `213 File modification time set.`).
 */
function isOtherTime(word: string, { code, lines }: Reply, time: string): boolean {
  const told = /^\s*(\d{14})/.exec(lines.join(""))?.[1];
  return word === "MDTM" && code === 213 && told !== undefined && told !== time;
}
