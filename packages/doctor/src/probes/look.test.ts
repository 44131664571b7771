import { expect, test } from "vitest";
import { speakerOf } from "./look.ts";

test.each([
  ["SSH-2.0-OpenSSH_9.2\r\n", "ssh"],
  ["HTTP/1.1 400 Bad Request\r\n", "http"],
  ["<html><head>", "http"],
  ["220 mail.example.org ESMTP Postfix\r\n", "smtp"],
  ["+OK POP3 ready\r\n", "pop3"],
  ["* OK IMAP4rev1\r\n", "imap"],
  ["\u0015\u0003\u0001\u0000\u0002\u0002F", "tls"],
  ["220 (vsFTPd 3.0.5)\r\n", "ftp"],
  ["421 Too many users\r\n", "ftp"],
  ["", "nothing"],
  ["welcome", "other"],
])("%j is said by %s", (said, speaks) => {
  expect(speakerOf(said)).toBe(speaks);
});
