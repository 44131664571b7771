import { expect, test } from "vitest";
import { displayWidth, formatFigure } from "@twinport/protocol";
import { explainMessages } from "../messages/explain.ts";
import { formatPicture } from "./picture-text.ts";
import { pictureOfFigure } from "./picture-of-figure.ts";
import type { Figure } from "@twinport/protocol";

const control = { clientPort: 40_000, serverPort: 21 };
const data = { clientPort: 40_001, serverPort: 30_007 };
const passive: Figure = {
  session: "s",
  mode: "passive",
  clientAddress: "198.51.100.9",
  serverAddress: "192.0.2.7",
  command: "RETR a",
  tls: "TLSv1.3",
  steps: [
    { number: 1, from: "client", ...control, what: "asks", line: "PASV" },
    { number: 2, from: "server", ...control, what: "answers", line: "227 (192,0,2,7,117,55)" },
    { number: 3, from: "client", ...data, what: "connects" },
    { number: 4, from: "server", ...data, what: "acknowledges" },
  ],
  brokenAt: undefined,
  bytes: 5,
  outcome: "complete",
  code: "complete",
};
const broken: Figure = { ...passive, brokenAt: 3, outcome: "never-connected", code: "dial-silent", bytes: 0 };

test.each([
  ["a whole transfer", passive],
  ["one whose data connection never stood", broken],
  ["one that was broken off", { ...passive, outcome: "aborted", code: "data-broken" } as const],
  [
    "one whose port is not known",
    {
      ...broken,
      steps: [
        ...broken.steps.slice(0, 2),
        ...broken.steps.slice(2).map((step) => ({ ...step, clientPort: undefined })),
      ] as unknown as Figure["steps"],
    },
  ],
])("%s is drawn as the trace draws it: the same ports and words", (_name, figure) => {
  for (const language of ["en", "zh-CN"] as const) {
    const drawn = formatPicture(pictureOfFigure(figure, language));
    const traced = formatFigure(figure, explainMessages[language].figure);
    // Both draw a line a step; the ends of the arrows are not in the same column.
    const words = (lines: string[]): string[] =>
      lines.map((line) => line.replaceAll(/[─╌]+/g, "").replaceAll(/\s+/g, " ").replace("◀ ", "◀"));
    expect(words(drawn)).toEqual(words(traced));
  }
});

test("what a server says is not cut: too long for an arrow, it stands above it", () => {
  const said = "227 Entering Passive Mode, which is a long story that ends with its ports (192,0,2,7,117,55).";
  const [asks, , ...more] = passive.steps;
  const picture = pictureOfFigure({ ...passive, steps: [asks, { ...passive.steps[1], line: said }, ...more] }, "en");
  const lines = formatPicture(picture);
  expect(lines.join("").replaceAll(/\s+/g, "")).toContain(said.replaceAll(" ", ""));
  expect(Math.max(...lines.map(displayWidth))).toBeLessThan(80);
});

test("control characters of the other end reach no terminal", () => {
  const [asks, , ...more] = passive.steps;
  const picture = pictureOfFigure(
    { ...passive, steps: [asks, { ...passive.steps[1], line: "227 \u001b[2J" }, ...more] },
    "en",
  );
  expect(formatPicture(picture).join("")).not.toContain("\u001b");
});
