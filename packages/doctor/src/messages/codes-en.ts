import { codesAttemptsEn, codesCausesEn, codesClientEn } from "./codes-own-en.ts";
import { codesCurlEn, codesErrnoEn } from "./codes-errors-en.ts";
import { codesRepliesEn } from "./codes-replies-en.ts";
import type { CodeMoment } from "../explain/codes.ts";
import type { Side } from "../findings.ts";

/** What `twinport explain CODE` says, in English. */
export const codesEn = {
  words: {
    reply: codesRepliesEn,
    errno: codesErrnoEn,
    curl: codesCurlEn,
    cause: codesCausesEn,
    client: codesClientEn,
    attempt: codesAttemptsEn,
  },
  moments: {
    lookup: "looking the name up",
    connect: "connecting to the command port",
    proxy: "at the proxy",
    greeting: "in place of a greeting",
    auth: "with TLS on the command connection (AUTH)",
    login: "at the login (USER, PASS)",
    mode: "after PASV, EPSV, PORT or EPRT",
    passive: "passive mode, after LIST, RETR or STOR: the client dials",
    active: "active mode, after LIST, RETR or STOR: the server dials",
    "data-tls": "with TLS on the data connection (PROT P)",
    transfer: "while data moves",
    idle: "after a pause",
    file: "with a file or folder",
    upload: "at an upload",
    local: "on the machine itself",
  } satisfies Record<CodeMoment, string>,
  sides: {
    client: "at the client's end",
    server: "at the server's end",
    undecided: "at either end, or between: one end alone cannot tell",
  } satisfies Record<Side, string>,
  title: (word: string, means: string) => `${word}: ${means}`,
  why: "Why: ",
  where: "Where: ",
  todo: "Do: ",
  /** Behind words whose place is open. */
  examine: "What can be found out: ",
  page: "Page: ",
  comma: ", ",
  findings: "Findings: ",
  /** A reply's first digit, where the code itself is not known. */
  asClass: (first: string, means: string) => `not one of RFC 959; replies that begin with ${first} mean: ${means}`,
  notKnown: (word: string, near: readonly string[]) =>
    near.length === 0
      ? `nothing is known of ${JSON.stringify(word)}; a reply's number, an error's name (ECONNRESET), "curl 28" or a finding (out-silent) can be explained`
      : `nothing is known of ${JSON.stringify(word)}; is it ${near.join(", ")}?`,
};

/** The sentences of `twinport explain CODE`. */
export type CodesMessages = typeof codesEn;
