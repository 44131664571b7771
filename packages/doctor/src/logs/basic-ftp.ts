import { clientReader, failureOf, replyOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogFormat } from "./log-step.ts";

const rules: readonly LineRule[] = [
  [/^> (.*)$/, (line) => ({ kind: "command", line })],
  [/^< (.*)$/, (line) => replyOf(line.trimEnd())],
  [
    /^Connected to \[?([^\]\s]*?)\]?:(\d+)/,
    (address, port) => ({ kind: "connected", server: { address, port: Number(port) } }),
  ],
  [
    /^(?:Uploading to|Downloading from) \[?([^\]\s]*?)\]?:(\d+)(?: \((.*)\))?/,
    (address, port) => ({ kind: "data-connected", server: { address, port: Number(port) } }),
  ],
  [/Can't open data connection in passive mode: (.*)$/, (words) => ({ kind: "dial-failed", how: failureOf(words) })],
  [/Timeout when trying to open data connection/, () => ({ kind: "dial-failed", how: "silent" })],
  [/Timeout \((?:control|data) socket\)/, () => ({ kind: "timed-out" })],
  [/(?:ECONNRESET|FIN packet|Server sent FIN)/, () => ({ kind: "lost" })],
  [
    /connect (ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) \[?([^\]\s]*?)\]?:(\d+)/,
    (code, address, port) => ({
      kind: "connect-failed",
      server: { address, port: Number(port) },
      how: failureOf(code),
    }),
  ],
  [/getaddrinfo ENOTFOUND (\S+)/, (address) => ({ kind: "connect-failed", server: { address }, how: "name" })],
  [
    /((?:self.signed|unable to verify|altname|certificate).*)$/i,
    (said) => ({ kind: "tls-failed", said, isCertificate: true }),
  ],
];

/** What the npm package basic-ftp writes where `verbose` is set. Written from its documented form. */
export const basicFtp: LogFormat = {
  side: "client",
  marks:
    /^(?:Connected to \S+:\d+ \(|Login security: |(?:Uploading to|Downloading from) \S+:\d+|Trying to find optimal transfer)/,
  reader: () => clientReader(rules, (text) => ({ text })),
};
