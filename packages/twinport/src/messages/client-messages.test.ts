import { ClientError } from "@twinport/client";
import { describe, expect, test } from "vitest";
import { exitCodeOfClient } from "../exit-codes.ts";
import { messagesIn } from "./index.ts";
import type { Attempt, ClientErrorCode } from "@twinport/client";

const codes = Object.keys(exitCodeOfClient) as ClientErrorCode[];
const attempt: Attempt = {
  mode: "epsv",
  because: [],
  outcome: "dial-silent",
  seconds: 3,
  facts: { address: "192.0.2.1", port: 50_012 },
};

describe.each(["en", "zh-CN"] as const)("what the client's commands say in %s", (language) => {
  const { client } = messagesIn(language);

  test.each(codes)("%s has a sentence", (code) => {
    const sentence = client.error(new ClientError(code, { path: "/a", host: "h", said: "550 no" }));
    expect(sentence.length).toBeGreaterThan(1);
    expect(/[\u4e00-\u9fff]/.test(sentence) || code === "local-file").toBe(
      language === "zh-CN" || code === "local-file",
    );
  });

  test("an attempt says where it was tried, and how long", () => {
    const sentence = client.attempt(attempt);
    for (const part of ["EPSV", "192.0.2.1", "50012", "3.0"]) expect(sentence).toContain(part);
  });
});

test("both languages have the same sentences", () => {
  const keysOf = (value: object, path = ""): string[] =>
    Object.entries(value).flatMap(([key, below]) =>
      typeof below === "object" && below !== null ? keysOf(below as object, `${path}.${key}`) : [`${path}.${key}`],
    );
  expect(keysOf(messagesIn("zh-CN").client).sort()).toEqual(keysOf(messagesIn("en").client).sort());
});
