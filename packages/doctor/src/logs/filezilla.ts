import { parseHostPort } from "@twinport/protocol";
import { clientReader, failureOf, replyOf, timeOf } from "./line-rules.ts";
import type { LineRule } from "./line-rules.ts";
import type { LogFormat } from "./log-step.ts";

/** `2026-11-23 10:00:00 1234 1 Status: …` in its file, `Status:\t…` in its window, and the words of the Chinese one. */
const before = /^(?:\[?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\]? )?(?:\d+ \d+ )?(?:\d\d:\d\d:\d\d\s+)?/;
const labels: readonly (readonly [RegExp, string])[] = [
  [/^(?:Status|状态)\s*[:：]\s*/, "S "],
  [/^(?:Command|命令)\s*[:：]\s*/, "> "],
  [/^(?:Response|响应|回应)\s*[:：]\s*/, "< "],
  [/^(?:Error|错误)\s*[:：]\s*/, "E "],
];

const rules: readonly LineRule[] = [
  [/^> (.*)$/, (line) => ({ kind: "command", line })],
  [/^< (.*)$/, (line) => replyOf(line)],
  [
    /^S (?:Connecting to|正在连接(?:到)?) ?\[?([^\]\s]*?)\]?:(\d+)/,
    (address, port) => ({ kind: "connected", server: { address, port: Number(port) } }),
  ],
  [/^S (?:TLS connection established|(?:已建立|建立) ?TLS ?连接)/, () => ({ kind: "control-secured" })],
  [/^E (?:Could not resolve|无法解析)/i, () => ({ kind: "connect-failed", how: "name" })],
  [
    /^[SE] .*(?:data connection|数据连接).*(?:could not be established|无法建立).*?[:：] ?(.*)$/i,
    (words) => ({ kind: "dial-failed", how: failureOf(words) }),
  ],
  [
    /^[SE] Connection attempt failed with "?(.*?)"?[,.]?$/,
    (words) => ({ kind: "connect-failed", how: failureOf(words) }),
  ],
  [/^E .*[Cc]ertificate(.*)$/, (said) => ({ kind: "tls-failed", said, isCertificate: true })],
  [/^E (.*GnuTLS error.*)$/, (said) => ({ kind: "tls-failed", said, isCertificate: false })],
  [/^E .*(?:timed out|timeout|超时)/i, () => ({ kind: "timed-out" })],
  [
    /^[SE] .*(?:Connection closed by server|Disconnected from server|服务器关闭了连接|与服务器的连接已断开)/i,
    () => ({ kind: "lost" }),
  ],
];

/** The log of FileZilla's client: its file, or what is copied from its window. Written from its documented form. */
export const filezilla: LogFormat = {
  side: "client",
  marks:
    /^(?:\[?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]? )?(?:\d+ \d+ )?(?:\d\d:\d\d:\d\d\s+)?(?:Status|Command|Response|Error|Trace|状态|命令|响应|回应|错误)\s*[:：]/,
  reader: () => {
    const read = clientReader(rules, (line) => {
      const found = before.exec(line);
      const rest = line.slice(found?.[0].length ?? 0);
      const label = labels.find(([pattern]) => pattern.test(rest));
      const text = label ? rest.replace(label[0], label[1]) : "";
      return { text, at: found?.[1] === undefined ? undefined : timeOf(found[1]) };
    });
    let peer = "";
    return (line) => {
      const steps = read(line);
      // It does not say whom it dials, but what it does: the address of the reply, unless that cannot be reached.
      return steps.flatMap((step) => {
        if (step.kind === "connected") peer = step.server?.address ?? "";
        if (step.kind !== "reply" || (step.code !== 227 && step.code !== 229)) return [step];
        const told = parseHostPort(/[\d,]{11,}/.exec(step.text)?.[0] ?? "");
        const port = told?.port ?? Number(/\|(\d+)\|/.exec(step.text)?.[1] ?? 0);
        const { session, at } = step;
        return [
          step,
          { kind: "dialing" as const, session, ...(at !== undefined && { at }), to: { address: peer, port } },
        ];
      });
    };
  },
};
