import { expect, test } from "vitest";
import { SessionsById } from "./sessions-by-id.ts";

const bring = (sessions: SessionsById, id: string): boolean =>
  sessions.emit("newSession", Buffer.from(id, "hex"), Buffer.from("session"), () => {});

test("of a command connection a few sessions are kept, the newest; when it is gone none, and none comes any more", () => {
  const names = new Map([["ff", "another's"]]);
  const sessions = new SessionsById("ours", names);
  for (const id of ["01", "02", "03", "04", "05"]) expect(bring(sessions, id)).toBe(true);
  expect([...names]).toEqual([["ff", "another's"], ...["02", "03", "04", "05"].map((id) => [id, "ours"])]);
  sessions.forget();
  // Node asks who listens, and goes on without.
  expect(bring(sessions, "06")).toBe(false);
  expect([...names.keys()]).toEqual(["ff"]);
});
