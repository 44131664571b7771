import { visible } from "../command/command.ts";
import type { Reply } from "./reply.ts";

/**
 * A reply as it goes over the wire (RFC 959 §4.2): `code-text`, further lines, `code text`. The lines between are
 * indented by a space, so that none can be taken for the last (and FEAT wants it so, RFC 2389 §3.2). Control bytes are
 * shown as `?`: a file name must not be able to write a reply of its own.
 */
export function formatReply({ code, lines }: Reply): string {
  const texts = lines.map(visible);
  const last = texts.pop() ?? "";
  const [first, ...between] = texts;
  if (first === undefined) return `${code} ${last}\r\n`;
  return `${code}-${first}\r\n${between.map((text) => ` ${text}\r\n`).join("")}${code} ${last}\r\n`;
}
