import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { PasswordChecker } from "./password-checker.ts";
import { parsePasswordHash } from "./password-hash.ts";
import type { Derive } from "./password-hash.ts";
import type { Attempt } from "./password-checker.ts";

const zeros = parsePasswordHash(`$scrypt$ln=10,r=8,p=1$${"A".repeat(22)}$${"A".repeat(43)}`)!;
const others = parsePasswordHash(`$scrypt$ln=10,r=8,p=2$${"A".repeat(22)}$${"A".repeat(43)}`)!;

const by = (name: string, password: string, peer = "192.0.2.7"): Attempt => ({ name, password, peer, hash: zeros });

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
  for (let i = 0; i < 3; i++) expect(await checker.check(by("ann", "right"))).toBe(true);
  expect(calls()).toBe(1);
  for (let i = 0; i < 3; i++) expect(await checker.check(by("ann", "wrong"))).toBe(false);
  expect(calls()).toBe(4);
  await checker.check(by("bob", "right"));
  await checker.check({ ...by("ann", "right"), hash: others });
  expect(calls()).toBe(6);
});

test("a thousand are remembered, and the one that was not used for longest is forgotten first", async () => {
  const { derive, calls } = atOnce();
  const checker = new PasswordChecker(derive);
  for (let i = 0; i < 1000; i++) await checker.check(by(`user${i}`, "right"));
  await checker.check(by("user0", "right"));
  await checker.check(by("one more", "right"));
  expect(calls()).toBe(1001);
  await checker.check(by("user0", "right"));
  expect(calls()).toBe(1001);
  await checker.check(by("user1", "right"));
  expect(calls()).toBe(1002);
});

test("two derivations run at a time, eight of one address wait, and its others are turned away", async () => {
  const { derive, pending, calls } = slowDerive();
  const checker = new PasswordChecker(derive);
  const checks = Array.from({ length: 10 }, (_, i) => checker.check(by(`user${i}`, "right")));
  await nextTurn();
  expect(calls()).toBe(2);
  await expect(checker.check(by("late", "right"))).rejects.toThrow("more than 8 logins from 192.0.2.7 wait");
  while (pending.length > 0) {
    expect(pending.length).toBeLessThanOrEqual(2);
    pending.shift()!();
    await nextTurn();
  }
  expect(await Promise.all(checks)).toEqual(checks.map(() => true));
  const after = checker.check(by("late", "right"));
  await nextTurn();
  pending.shift()!();
  expect(await after).toBe(true);
});

test("one password for one name, sent by sixteen connections of an address at once, is checked once", async () => {
  const { derive, pending, calls } = slowDerive();
  const checker = new PasswordChecker(derive);
  let isThere = true;
  const first = checker.check({ ...by("ann", "right"), isAwaited: () => isThere });
  const others = Array.from({ length: 15 }, () => checker.check(by("ann", "right")));
  const elsewhere = checker.check(by("ann", "right", "192.0.2.8"));
  isThere = false;
  await nextTurn();
  expect(calls()).toBe(2);
  for (const end of pending) end();
  expect(await Promise.all([first, ...others, elsewhere])).toEqual(Array.from({ length: 17 }, () => true));
});

test("one address that floods it makes another wait for one turn, and not for all of its own", async () => {
  const { derive, pending } = slowDerive();
  const checker = new PasswordChecker(derive);
  const flood = Array.from({ length: 230 }, (_, i) => checker.check(by(`guess${i}`, "wrong", `2001:db8::${i}`)));
  const outcomes = Promise.allSettled(flood);
  const order: string[] = [];
  const others = ["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"].map(async (peer) => {
    expect(await checker.check(by(peer, "right", peer))).toBe(true);
    order.push(peer);
  });
  // The two that run, then one turn of the flood and one of each of the others.
  for (let i = 0; i < 6; i++) {
    await nextTurn();
    pending.shift()!();
  }
  await Promise.all(others);
  expect(order).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"]);
  while (pending.length > 0) {
    pending.shift()!();
    await nextTurn();
  }
  const refused = (await outcomes).filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(220);
  expect(String((refused[0] as PromiseRejectedResult).reason)).toContain("from 2001:db8::/64 wait");
});

test("200 wait in all; one of an address that has fewer takes the place of one of those that have most", async () => {
  const { derive, pending, calls } = slowDerive();
  const checker = new PasswordChecker(derive);
  const outcomes: string[] = [];
  const from = async (peer: string, name: string): Promise<void> => {
    const outcome = await checker.check(by(name, "right", peer)).catch((error: unknown) => (error as Error).message);
    outcomes.push(`${peer} ${name}: ${String(outcome)}`);
  };
  const all = ["a", "b"].map((name) => from("198.51.100.1", name));
  for (let i = 0; i < 25; i++) for (let j = 0; j < 8; j++) all.push(from(`203.0.113.${i}`, `user${j}`));
  await nextTurn();
  all.push(from("192.0.2.7", "ann"));
  await nextTurn();
  expect(outcomes).toEqual(["203.0.113.0 user7: more than 200 logins wait for their password to be checked"]);
  while (pending.length > 0) {
    pending.shift()!();
    await nextTurn();
  }
  await Promise.all(all);
  expect(calls()).toBe(202);
  expect(outcomes).toContain("192.0.2.7 ann: true");
});

test("where 200 addresses wait, one more is turned away", async () => {
  const { derive, pending } = slowDerive();
  const checker = new PasswordChecker(derive);
  const all = Array.from({ length: 202 }, (_, i) => checker.check(by("ann", "wrong", `203.0.${i}.1`)));
  await expect(checker.check(by("ann", "right"))).rejects.toThrow("more than 200 logins wait");
  while (pending.length > 0) {
    pending.shift()!();
    await nextTurn();
  }
  expect(await Promise.all(all)).toEqual(all.map(() => false));
});

test("who is not awaited when its turn comes costs no derivation, and gives its place to the next", async () => {
  const { derive, pending, calls } = slowDerive();
  const checker = new PasswordChecker(derive);
  let isThere = true;
  const running = [checker.check(by("a", "right")), checker.check(by("b", "right"))];
  const gone = Array.from({ length: 8 }, (_, i) =>
    checker.check({ ...by(`gone${i}`, "right"), isAwaited: () => isThere }),
  );
  await nextTurn();
  isThere = false;
  // Its own address has places again at once.
  const last = checker.check(by("last", "right"));
  expect(await Promise.all(gone)).toEqual(gone.map(() => undefined));
  let isThereStill = true;
  const other = checker.check({ ...by("other", "right", "192.0.2.8"), isAwaited: () => isThereStill });
  isThereStill = false;
  for (let i = 0; i < 3; i++) {
    pending.shift()!();
    await nextTurn();
  }
  expect(await Promise.all([...running, last, other])).toEqual([true, true, true, undefined]);
  expect(calls()).toBe(3);
});

test("a derivation that fails gives its turn on", async () => {
  let fails = true;
  const checker = new PasswordChecker(async (_password, _hash, bytes) => {
    await nextTurn();
    if (fails) throw new Error("no memory");
    return new Uint8Array(bytes);
  });
  const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => checker.check(by(name, "right"))));
  expect(results.map(({ status }) => status)).toEqual(results.map(() => "rejected"));
  fails = false;
  expect(await checker.check(by("a", "right"))).toBe(true);
});
