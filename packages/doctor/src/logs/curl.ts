import { clientReader, failureOf, replyOf } from "./line-rules.ts";
import type { LineRule, Stripped } from "./line-rules.ts";
import type { LogFormat, LogReader } from "./log-step.ts";

/** What stands before the mark: the progress of the transfer, and times, where they are asked for. */
const marked = /^[\d\s.:kKMGTP-]*([*<>]) (?:\[[^\]]*\] )?(.*)$/;

function strip(line: string): Stripped {
  const [, mark = "", text = ""] = marked.exec(line) ?? [];
  if (mark !== "") return { text: `${mark} ${text}` };
  return { text: line };
}

const data: readonly LineRule[] = [
  [
    /^\* {1,4}Trying \[?([^\]]*?)\]?:(\d+)\.\.\./,
    (address, port) => ({ kind: "dialing", to: { address, port: Number(port) } }),
  ],
  [
    /^\* Connecting to \S+ \(([^)]*)\) port (\d+)/,
    (address, port) => ({ kind: "dialing", to: { address, port: Number(port) } }),
  ],
  [
    /^\* (?:Connected to|Connected 2nd connection to|Established 2nd connection to) /,
    () => ({ kind: "data-connected" }),
  ],
  [/^\* connect to .* failed: (.*)$/, (words) => ({ kind: "dial-failed", how: failureOf(words) })],
  [
    /^\* (?:Failed to connect to|Connection time-?out|Failed EPSV attempt|.* connect timeout after)/,
    () => ({ kind: "dial-failed", how: "silent" }),
  ],
  [/^\* Connection accepted from server|^\* accept/, () => ({ kind: "data-connected" })],
];

const control: readonly LineRule[] = [
  [
    /^\* (?:Connected to|Established connection to) \S+ \(([^) ]*)(?: port (\d+))?\)(?: port (\d+))?(?: from (\S+) port (\d+))?/,
    (address, inside, port, local, localPort) => ({
      kind: "connected",
      server: { address, port: Number(inside || port) },
      ...(local !== "" && { client: { address: local, port: Number(localPort) } }),
    }),
  ],
  [
    /^\* connect to (\S+) port (\d+).* failed: (.*)$/,
    (address, port, words) => ({
      kind: "connect-failed",
      server: { address, port: Number(port) },
      how: failureOf(words),
    }),
  ],
  [
    /^\* (?:Connection timed out|Failed to connect to .*(?:timed? ?out|Timeout))/i,
    () => ({ kind: "connect-failed", how: "silent" }),
  ],
  [/^\* Could not resolve host: (.*)$/, (name) => ({ kind: "connect-failed", server: { address: name }, how: "name" })],
];

const always: readonly LineRule[] = [
  [/^> (.*)$/, (line) => ({ kind: "command", line })],
  [/^< (.*)$/, (line) => replyOf(line)],
  [
    /^\* .*(?:certificate problem|certificate subject|no alternative certificate|does not match target host)(.*)$/i,
    (said) => ({ kind: "tls-failed", said, isCertificate: true }),
  ],
  [
    /^\* (?:SSL_connect: |TLS connect error|OpenSSL SSL_connect: |.*(?:alert handshake|wrong version number))(.*)$/,
    (said) => ({ kind: "tls-failed", said, isCertificate: false }),
  ],
  [/^\* Getting file with size: (\d+)/, (bytes) => ({ kind: "expected", bytes: Number(bytes) })],
  [
    /^\* Operation timed out .* with (\d+) (?:out of \d+ )?bytes received/,
    (bytes) => ({ kind: "timed-out", bytes: Number(bytes) }),
  ],
  [
    /^\* transfer closed with (?:(\d+) bytes remaining|outstanding read data)/,
    (bytes) => ({ kind: "attempt-ended", outcome: "data-broken", ...(bytes !== "" && { missing: Number(bytes) }) }),
  ],
  [
    /^\* (?:Operation timed out|Accept timeout occurred|FTP response timeout|Connection time-?out)/,
    () => ({ kind: "timed-out" }),
  ],
  [
    /^\* (?:response reading failed|Recv failure|Send failure|server closed|control connection looks dead)/,
    () => ({ kind: "lost" }),
  ],
];

/** `--trace-ascii`: what curl says, who speaks, and what is said there, behind its place. */
const traced = /^(?:\d\d:\d\d:\d\d\.\d+ )?(?:== Info: (.*)|(=>|<=) (?:Send|Recv) (\w+).*|0000: (.*))$/;

/** Gives its lines as `-v` has them; what is no command and no reply is left out. */
function untraced(): (line: string) => string {
  let mark = "";
  return (line) => {
    const [whole, info, way, what, said] = traced.exec(line) ?? [];
    if (whole === undefined) return line;
    if (info !== undefined) return `* ${info}`;
    if (said !== undefined) return mark + (mark === "" ? "" : said);
    mark = what === "header" ? (way === "=>" ? "> " : "< ") : "";
    return "";
  };
}

/** What curl -v writes about FTP. */
export const curl: LogFormat = {
  side: "client",
  // What is said stands in the logs of others, too, in the same form; these are its own words.
  marks:
    /^[\d\s.:kKMGTP-]*\* (?: {0,3}Trying |Connected to |Connect data stream|Could not resolve host|Closing connection|Connection #\d|connect to )|^(?:[\d:.]+ )?== Info: |^curl: \(\d+\)/,
  reader: curlReader,
};

function curlReader(): LogReader {
  // The same words are said of both connections; which of them is meant follows from what was asked for.
  let isOfData = false;
  const secured: readonly LineRule[] = [
    [
      /^\* SSL connection using (\S+)/,
      (protocol) => ({ kind: isOfData ? "data-secured" : "control-secured", protocol }),
    ],
  ];
  const read = clientReader([...secured, ...always, ...control], strip);
  const readData = clientReader([...secured, ...always.slice(0, 4), ...data, ...always.slice(4)], strip);
  const written = untraced();
  let session = "0";
  return (raw) => {
    const line = written(raw);
    const { text } = strip(line);
    if (text.startsWith("* Connect data stream")) isOfData = true;
    else if (/^\* (?:Closing connection|shutting down connection)|^< 220[ -]/.test(text)) isOfData = false;
    const steps =
      isOfData && !/^< 220[ -]/.test(text) ? readData(line).map((step) => ({ ...step, session })) : read(line);
    session = steps.at(-1)?.session ?? session;
    // From here on what is dialled is about data, even where nothing says so: older versions.
    if (/^> (?:EPSV|PASV)\b/.test(text)) isOfData = true;
    return steps;
  };
}
