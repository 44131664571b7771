import { expect, test } from "vitest";
import { getEventListeners } from "node:events";
import { CombinedSignal, onAbort } from "./signal-relay.ts";

test("a thousand who wait for a signal are one listener there", () => {
  const { signal } = new AbortController();
  const releases = Array.from({ length: 1000 }, () => onAbort(signal, () => {}));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  for (const release of releases) release();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("each of the sources aborts the combined signal, with its own reason", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const combined = new CombinedSignal([one.signal, undefined, other.signal]);
  other.abort("enough");
  expect(combined.signal.aborted).toBe(true);
  expect(combined.signal.reason).toBe("enough");
});

test("a source that is aborted already aborts it at once", () => {
  expect(new CombinedSignal([AbortSignal.abort("before")]).signal.reason).toBe("before");
});

test("what is released is not aborted any more", () => {
  const source = new AbortController();
  const combined = new CombinedSignal([source.signal]);
  combined.release();
  source.abort();
  expect(combined.signal.aborted).toBe(false);
});

test("who stops waiting while the others are called is not called", () => {
  const source = new AbortController();
  const called: string[] = [];
  onAbort(source.signal, () => {
    called.push("first");
    releaseSecond();
  });
  const releaseSecond = onAbort(source.signal, () => called.push("second"));
  source.abort();
  expect(called).toEqual(["first"]);
});
