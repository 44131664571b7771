import { expect, test } from "vitest";
import { Notes } from "./notes.ts";
import type { TraceStep } from "@twinport/protocol";

const about = { host: "192.0.2.1", port: 21, login: "off" } as const;

test.each([
  ["secret-of-ann", "530 not secret-of-ann, no", "530 not ****, no"],
  ["a.b", "530 a.b is not axb", "530 **** is not axb"],
  ["ann", "530 ann may not; nobody anneals", "530 **** may not; nobody anneals"],
  ["", "530 no", "530 no"],
])("a password %j that a server repeats is not told", (password, text, told) => {
  const notes = new Notes(password);
  notes.controls.push({ family: 4, tls: "off", outcome: "login-refused", facts: {}, reply: { code: 530, text } });
  expect(notes.evidence(about).controls[0]?.reply?.text).toBe(told);
});

test("what is no word of the server's stays as it is: an address may be a password", () => {
  const notes = new Notes("192.0.2.1");
  const peer = { address: "192.0.2.1", port: 21 };
  notes.controls.push({ family: 4, tls: "off", outcome: "ready", facts: {}, peer });
  expect(notes.evidence(about)).toMatchObject({ host: "192.0.2.1", controls: [{ peer }] });
});

test("of a server that never ends to talk the beginning is kept", () => {
  const notes = new Notes("");
  const step: TraceStep = { kind: "reply-received", code: 200, line: "hi", at: 0, session: "client-1" };
  for (let i = 0; i < 20_000; i++) notes.step(step);
  expect(notes.evidence(about).trace).toHaveLength(10_000);
});
