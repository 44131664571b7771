import { clientReader, failureOf, replyOf, timeOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogFormat } from "./log-step.ts";

const before = /^(?:\[\d+\] )?(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) )?/;

const rules: readonly LineRule[] = [
  [/^---> (.*)$/, (line) => ({ kind: "command", line })],
  [/^<--- (.*)$/, (line) => replyOf(line)],
  [
    /^---- Connecting to \S+ \(([^)]*)\) port (\d+)/,
    (address, port) => ({ kind: "connected", server: { address, port: Number(port) } }),
  ],
  [
    /^---- Connecting data socket to \(([^)]*)\) port (\d+)/,
    (address, port) => ({ kind: "dialing", to: { address, port: Number(port) } }),
  ],
  [/^---- Data connection established/, () => ({ kind: "data-connected" })],
  [
    /^---- Accepted data connection from \(([^)]*)\) port (\d+)/,
    (address, port) => ({ kind: "data-connected", server: { address, port: Number(port) } }),
  ],
  [
    /^\*\*\*\* (?:connect\(control_sock\)|connect): (.*)$/,
    (words) => ({ kind: "connect-failed", how: failureOf(words) }),
  ],
  [/^\*\*\*\* .*[Cc]onnect(?:ing)? data.*?: (.*)$/, (words) => ({ kind: "dial-failed", how: failureOf(words) })],
  [
    /^\*\*\*\* (?:Socket error|Data socket error|connect\(data_sock\).*?|Data connection.*?) ?\(?(Connection refused|No route to host|Network is unreachable|.*timed out)\)?/,
    (words) => ({ kind: "dial-failed", how: failureOf(words) }),
  ],
  [/^\*\*\*\* Timeout - reconnecting/, () => ({ kind: "timed-out" })],
  [/^\*\*\*\* (?:Peer closed connection|Socket error.*reset|Control socket)/, () => ({ kind: "lost" })],
  [
    /^\*\*\*\* .*?[Cc]ertificate verification: (.*?)(?: +\([\dA-F:]+\))?$/,
    (said) => ({ kind: "tls-failed", said, isCertificate: true }),
  ],
  [/^\*\*\*\* (.*(?:gnutls|SSL_|TLS).*)$/, (said) => ({ kind: "tls-failed", said, isCertificate: false })],
];

/** What lftp writes with `debug 5` and more. */
export const lftp: LogFormat = {
  side: "client",
  marks: /^(?:\[\d+\] )?(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d )?(?:---[->] |<--- |\*\*\*\* )/,
  reader: () =>
    clientReader(rules, (line) => {
      const found = before.exec(line);
      return { text: line.slice(found?.[0].length ?? 0), at: found?.[1] === undefined ? undefined : timeOf(found[1]) };
    }),
};
