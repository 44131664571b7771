import { expect, test } from "vitest";
import { formatReply } from "./format-reply.ts";
import { reply } from "./reply.ts";

test.each([
  ["one line", reply(220, "ready"), "220 ready\r\n"],
  ["two lines", reply(214, "Help", "End"), "214-Help\r\n214 End\r\n"],
  [
    "FEAT has one space before a feature (RFC 2389 §3.2)",
    reply(211, "Features", "SIZE", "End"),
    "211-Features\r\n SIZE\r\n211 End\r\n",
  ],
  ["a line between cannot be taken for the last", reply(211, "a", "211 b", "c"), "211-a\r\n 211 b\r\n211 c\r\n"],
  ["an empty line", reply(200, ""), "200 \r\n"],
  ["a name cannot write a reply of its own", reply(257, '"a\r\n230 in"'), '257 "a??230 in"\r\n'],
  ["nor move the cursor", reply(257, "\u001b[2J\u009b2J"), "257 ?[2J?2J\r\n"],
  ["letters of all scripts stay", reply(257, '"/中文"'), '257 "/中文"\r\n'],
  ["no lines at all are one empty line", { code: 200, lines: [] }, "200 \r\n"],
])("%s", (_name, answer, sent) => {
  expect(formatReply(answer)).toBe(sent);
});
