import { expect, test } from "vitest";
import { displayWidth } from "./display-width.ts";
import { formatFigure } from "./figure-text.ts";
import type { Figure } from "./figure.ts";
import type { FigureWords } from "./figure-text.ts";

const words: FigureWords = {
  active: "active",
  passive: "passive",
  client: "client",
  server: "server",
  connects: "opens the data connection",
  data: "data and ACK",
  neverConnected: "never connected",
  complete: (bytes) => `complete, ${bytes} bytes`,
  aborted: (bytes, code) => `aborted after ${bytes} bytes (${code})`,
};

const chinese: FigureWords = { ...words, client: "客户端", server: "服务器", connects: "打开数据连接" };

const control = { clientPort: 1026, serverPort: 21 };
const data = { clientPort: 1027, serverPort: 2024 };
const answer = "227 Entering Passive Mode, which is a long story that ends with (192,0,2,7,7,232).";

const passive: Figure = {
  session: "s",
  mode: "passive",
  clientAddress: "198.51.100.9",
  serverAddress: "192.0.2.7",
  command: "RETR a",
  steps: [
    { number: 1, from: "client", ...control, what: "asks", line: "PASV" },
    { number: 2, from: "server", ...control, what: "answers", line: answer },
    { number: 3, from: "client", ...data, what: "connects" },
    { number: 4, from: "server", ...data, what: "acknowledges" },
  ],
  brokenAt: undefined,
  bytes: 5,
  outcome: "complete",
  code: "complete",
};

test("the four steps are four arrows between the real ports", () => {
  const [title, ends, ...steps] = formatFigure(passive, words);
  expect(title).toBe("passive · RETR a · complete, 5 bytes");
  expect(ends).toMatch(/^ {4}client 198\.51\.100\.9 +server 192\.0\.2\.7$/);
  expect(steps).toHaveLength(4);
  expect(steps[0]).toMatch(/^ 1 {2}:1026 +─+ PASV ─+▶ :21$/);
  expect(steps[2]).toMatch(/^ 3 {2}:1027 +─+ opens the data connection ─+▶ :2024$/);
  expect(steps[3]).toMatch(/^ 4 {2}:1027 +◀─+ data and ACK ─+ :2024$/);
});

test("a long line is cut in its middle: what it says at its end are the ports", () => {
  expect(formatFigure(passive, words)[3]).toMatch(/227 Entering Passive Mode.*….*\(192,0,2,7,7,232\)\. ─* :21$/);
});

test("the ends of all arrows stand below each other, in languages with wide letters too", () => {
  for (const lines of [formatFigure(passive, words), formatFigure(passive, chinese)]) {
    const ends = lines.slice(2).map((line) => displayWidth(line.slice(0, line.lastIndexOf(":"))));
    expect(new Set(ends).size).toBe(1);
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(90);
  }
});

test("a step that did not happen is crossed out, and the one after it did not happen either", () => {
  const broken: Figure = { ...passive, brokenAt: 3, outcome: "never-connected", code: "offer-expired", bytes: 0 };
  const lines = formatFigure(broken, words);
  expect(lines[0]).toContain("never connected (offer-expired)");
  expect(lines[4]).toContain("✗ never connected");
  expect(lines[5]).toContain("╌");
});
