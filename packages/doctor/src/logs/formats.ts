import { basicFtp } from "./basic-ftp.ts";
import { curl } from "./curl.ts";
import { filezilla } from "./filezilla.ts";
import { lftp } from "./lftp.ts";
import { proftpd } from "./proftpd.ts";
import { proftpdExtended } from "./proftpd-extended.ts";
import { pureFtpd } from "./pure-ftpd.ts";
import { twinportClient, twinportServer } from "./twinport.ts";
import { vsftpd } from "./vsftpd.ts";
import { xferlog } from "./xferlog.ts";
import type { LogFormat } from "./log-step.ts";

/** All logs that can be read, by the names that `--as` takes. */
export const logFormats = {
  twinport: twinportClient,
  "twinport-serve": twinportServer,
  curl,
  lftp,
  filezilla,
  "basic-ftp": basicFtp,
  vsftpd,
  proftpd,
  "proftpd-extended": proftpdExtended,
  "pure-ftpd": pureFtpd,
  xferlog,
} as const satisfies Record<string, LogFormat>;

/** One of {@link logFormats}. */
export type LogKind = keyof typeof logFormats;

/** The names of all logs that can be read. */
export const logKinds = Object.keys(logFormats) as readonly LogKind[];

/** Whether `--as` takes a word. */
export function isLogKind(word: string): word is LogKind {
  return Object.hasOwn(logFormats, word);
}

/** Whose log it is: the one whose marks most of the lines have. */
export function kindOf(lines: readonly string[]): LogKind | undefined {
  const counted = logKinds.map((kind) => ({
    kind,
    count: lines.filter((line) => logFormats[kind].marks.test(line)).length,
  }));
  const best = counted.reduce((one, other) => (other.count > one.count ? other : one));
  return best.count > 0 ? best.kind : undefined;
}
