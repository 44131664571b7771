import type { LogKind } from "../logs/formats.ts";

/** How many transfers came through, and how many did not. */
export interface CountWords {
  readonly moved: number;
  readonly failed: number;
}

const transfers = (count: number): string => (count === 1 ? "1 transfer" : `${count} transfers`);

/** What is said of a log, in English. */
export const logsEn = {
  kinds: {
    twinport: "a trace of twinport's client",
    "twinport-serve": "a trace of twinport serve",
    curl: "a log of curl -v",
    lftp: "a log of lftp",
    filezilla: "a log of FileZilla",
    "basic-ftp": "a log of basic-ftp",
    vsftpd: "a log of vsftpd",
    proftpd: "a log of ProFTPD",
    "proftpd-extended": "an ExtendedLog of ProFTPD",
    "pure-ftpd": "a log of Pure-FTPd",
    xferlog: "an xferlog",
  } satisfies Record<LogKind, string>,
  /** What it cannot know, however it is read. */
  unknown: {
    twinport: undefined,
    "twinport-serve":
      "It cannot tell whether a client that never came was stopped by a filter or has changed his mind.",
    curl: "It does not tell curl's own ports, nor from which port the server came, nor when things happened.",
    lftp: "It does not tell lftp's own ports, and without -t not when things happened.",
    filezilla: "It does not tell FileZilla's own ports, nor from which port the server came.",
    "basic-ftp": "It does not tell the client's own ports, nor when things happened.",
    vsftpd:
      "It does not tell the server's address nor the clients' ports, nor whether a client that never came was stopped by a filter or has changed his mind.",
    proftpd: "What it tells depends on DebugLevel and Trace: a question mark is what it does not.",
    "proftpd-extended": "It tells commands and codes only: no ports of passive mode, no words of the server.",
    "pure-ftpd":
      "It does not tell the server's address nor the clients' ports; without -d it tells no commands either, and with one -d no replies.",
    xferlog:
      "It tells transfers and nothing of how they came about: neither modes nor ports. Logs of the protocol do: log_ftp_protocol=YES (vsftpd), ExtendedLog (ProFTPD), -d -d (Pure-FTPd).",
  } satisfies Record<LogKind, string | undefined>,
  heading: (kind: string, lines: number, { moved, failed }: CountWords) =>
    `This is ${kind}: ${lines === 1 ? "1 line" : `${lines} lines`}, ${transfers(moved)} came through${failed === 0 ? "" : `, ${failed} did not`}.`,
  limits: (sentence: string) => `What it cannot know: ${sentence}`,
  /** An end that the log does not name. */
  end: { client: "the client", server: "the server" },
  /** The doctor's sentences are said to a client. */
  asClient: "It is the server's log: below, “we” and “you” are the client.",
  party: (name: string, { moved, failed }: CountWords) =>
    `${name}: ${transfers(moved)} came through, ${failed} did not`,
  moreParties: (count: number) => `… and ${count} events of others, who are not told one by one.`,
  more: (count: number) => `… and ${count} more.`,
  transfer: (command: string, bytes: number, isComplete: boolean) =>
    `${command}: ${isComplete ? `${bytes} bytes` : `broken off after ${bytes} bytes`}`,
  /** A figure of which the log does not tell how much moved. */
  whole: "complete",
  found: "Found:",
  nothing: "It has no conversation of FTP.",
  noModes: "It tells nothing of whether a mode works.",
  at: { client: "at the client's end", server: "at the server's end", undecided: "at one of the two ends" },
  sure: (confidence: number): string => (confidence >= 0.95 ? "certain" : confidence >= 0.7 ? "likely" : "possible"),
  about: (where: string, sure: string) => `[${where}; ${sure}]`,
  fix: (sentence: string) => `To do: ${sentence}`,
  decide: (sentence: string) => `What decides it: ${sentence}`,
  page: (doc: string) => `More: ${doc}`,
  notRecognised: (file: string, kinds: string) =>
    `${file === "-" ? "the standard input" : file} has no line of a log that is known; whose it is can be said by --as ${kinds} (twinport's own are written by --trace --json)`,
  notAKind: (word: string, kinds: string) => `there is no log "${word}": --as takes ${kinds}`,
  notRead: (file: string, code: string) => `cannot read ${file}: ${code}`,
};

/** The sentences about a log. */
export type LogsMessages = typeof logsEn;
