import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { PasswordChecker } from "./password-checker.ts";
import { parsePasswordHash } from "./password-hash.ts";
import type { Derive } from "./password-hash.ts";

const zeros = parsePasswordHash(`$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`)!;
const others = parsePasswordHash(`$scrypt$ln=10,r=8,p=2$${"A".repeat(22)}$${"A".repeat(43)}`)!;

/** Derivations that end when they are told to; `right` is the password of all zeros. */
function slowDerive() {
  const pending: (() => void)[] = [];
  let calls = 0;
  const derive: Derive = (password, _hash, bytes) => {
    calls++;
    return new Promise((resolve) =>
      pending.push(() => resolve(password === "right" ? new Uint8Array(bytes) : new Uint8Array(bytes).fill(1))),
    );
  };
  return { derive, pending, calls: () => calls };
}

function atOnce() {
  let calls = 0;
  const derive: Derive = async (password, _hash, bytes) => {
    calls++;
    return password === "right" ? new Uint8Array(bytes) : new Uint8Array(bytes).fill(1);
  };
  return { derive, calls: () => calls };
}

test("a password that was right costs nothing again; a wrong one does, and so does another name or hash", async () => {
  const { derive, calls } = atOnce();
  const checker = new PasswordChecker(derive);
  for (let i = 0; i < 3; i++) expect(await checker.check("ann", "right", zeros)).toBe(true);
  expect(calls()).toBe(1);
  for (let i = 0; i < 3; i++) expect(await checker.check("ann", "wrong", zeros)).toBe(false);
  expect(calls()).toBe(4);
  await checker.check("bob", "right", zeros);
  await checker.check("ann", "right", others);
  expect(calls()).toBe(6);
});

test("a thousand are remembered, and the one that was not used for longest is forgotten first", async () => {
  const { derive, calls } = atOnce();
  const checker = new PasswordChecker(derive);
  for (let i = 0; i < 1000; i++) await checker.check(`user${i}`, "right", zeros);
  await checker.check("user0", "right", zeros);
  await checker.check("one more", "right", zeros);
  expect(calls()).toBe(1001);
  await checker.check("user0", "right", zeros);
  expect(calls()).toBe(1001);
  await checker.check("user1", "right", zeros);
  expect(calls()).toBe(1002);
});

test("two derivations run at a time, and 200 wait; who comes then is turned away", async () => {
  const { derive, pending, calls } = slowDerive();
  const checker = new PasswordChecker(derive);
  const checks = Array.from({ length: 202 }, (_, i) => checker.check(`user${i}`, "right", zeros));
  await nextTurn();
  expect(calls()).toBe(2);
  await expect(checker.check("late", "right", zeros)).rejects.toThrow("more than 200 logins wait");
  while (pending.length > 0) {
    expect(pending.length).toBeLessThanOrEqual(2);
    pending.shift()!();
    await nextTurn();
  }
  expect(await Promise.all(checks)).toEqual(checks.map(() => true));
  const after = checker.check("late", "right", zeros);
  await nextTurn();
  pending.shift()!();
  expect(await after).toBe(true);
});

test("a derivation that fails gives its turn on", async () => {
  let fails = true;
  const checker = new PasswordChecker(async (_password, _hash, bytes) => {
    await nextTurn();
    if (fails) throw new Error("no memory");
    return new Uint8Array(bytes);
  });
  const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => checker.check(name, "right", zeros)));
  expect(results.map(({ status }) => status)).toEqual(results.map(() => "rejected"));
  fails = false;
  expect(await checker.check("a", "right", zeros)).toBe(true);
});
