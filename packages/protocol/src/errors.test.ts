import { expect, test } from "vitest";
import { LocalProtocolError, RemoteProtocolError } from "./errors.ts";

test("an error has a code, facts, a sentence and its cause", () => {
  const cause = new RangeError("x");
  const error = new LocalProtocolError("charset-not-known", { charset: "klingon" }, { cause });
  expect(error).toMatchObject({
    name: "LocalProtocolError",
    code: "charset-not-known",
    facts: { charset: "klingon" },
    cause,
  });
  expect(error.message).toBe("klingon is not a charset that this runtime knows");
});

test("blame is in the class", () => {
  const error = new RemoteProtocolError("reply-too-long", { limit: 5 });
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(LocalProtocolError);
  expect(`${error}`).toBe("RemoteProtocolError: the server sent a reply of more than 5 bytes");
});
