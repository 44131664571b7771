import { expect, test } from "vitest";
import { meaningOf } from "./final-reply.ts";

test.each<[code: number, text: string, moved: number, meaning: string]>([
  [226, "Transfer complete.", 0, "done"],
  [250, "Requested file action okay.", 5, "done"],
  [200, "", 5, "done"],
  [332, "Need account for storing files.", 0, "refused"],
  [421, "Timeout.", 0, "control-lost"],
  [425, "Can't open data connection.", 0, "server-cannot-connect"],
  [426, "Connection closed; transfer aborted.", 5, "data-broken"],
  [450, "No files found", 0, "refused"],
  [451, "Local error", 5, "refused"],
  [500, "No data connection", 0, "server-cannot-connect"],
  [500, "'RETR': command not understood", 0, "refused"],
  [503, "Use PORT or PASV first.", 0, "server-cannot-connect"],
  [503, "Bad sequence of commands.", 0, "refused"],
  [522, "SSL connection failed: session reuse required", 0, "tls-failed"],
  [550, "data channel.txt: no such file", 0, "refused"],
  [552, "Quota exceeded on data port", 0, "refused"],
  [553, "Can't open that file: Permission denied", 0, "refused"],
])("%i %s, after %i bytes: %s", (code, text, moved, meaning) => {
  expect(meaningOf({ code, lines: [text] }, moved)).toBe(meaning);
});
