import { expect, test } from "vitest";
import { CommandQueue } from "./command-queue.ts";

test("what waits behind a command that takes its time is bounded: the client is asked to hold on, and to go on", async () => {
  const said: string[] = [];
  let finish = (): void => {};
  const slow = new Promise<void>((resolve) => (finish = resolve));
  let ran = 0;
  let isIdle = false;
  const queue = new CommandQueue<number>({
    run: (item) => (ran++, item === 0 ? slow : Promise.resolve()),
    failed: (error) => {
      throw error;
    },
    overtakes: () => false,
    goesOn: () => true,
    hold: () => said.push("hold"),
    release: () => said.push("release"),
    idle: () => (isIdle = true),
  });
  for (let i = 0; i < 255; i++) queue.push(i);
  expect(said).not.toContain("hold");
  for (let i = 255; i < 258; i++) queue.push(i);
  expect(said.at(-1)).toBe("hold");
  finish();
  await expect.poll(() => isIdle).toBe(true);
  expect(ran).toBe(258);
  expect(said.at(-1)).toBe("release");
});

test("where all that waited is thrown away, the client is asked to go on", async () => {
  const said: string[] = [];
  let finish = (): void => {};
  const slow = new Promise<void>((resolve) => (finish = resolve));
  const idle = new Promise<void>((resolve) => {
    const queue = new CommandQueue<number>({
      run: () => slow,
      failed: (error) => {
        throw error;
      },
      overtakes: () => false,
      goesOn: () => true,
      hold: () => said.push("hold"),
      release: () => said.push("release"),
      idle: resolve,
    });
    for (let i = 0; i < 300; i++) queue.push(i);
    expect(said.at(-1)).toBe("hold");
    queue.clear();
    expect(said.at(-1)).toBe("release");
  });
  finish();
  await idle;
});
