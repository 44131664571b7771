import { expect, test } from "vitest";
import { explainMode } from "./picture-of-mode.ts";
import { pictureSvg } from "./picture-svg.ts";
import type { Picture } from "./picture.ts";

const picture = explainMode(
  { mode: "active", topology: { nat: "client", firewall: "server", tls: false, helper: false } },
  "zh-CN",
);

/** The elements that are open at the end of a text, and those that were closed wrongly on the way. */
function unbalanced(svg: string): string[] {
  const open: string[] = [];
  for (const [, close, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close) {
      if (open.pop() !== name) return [`</${name}>`];
    } else if (!empty) open.push(name!);
  }
  return open;
}

test("it needs nothing else: no script, no link, no id, no file", () => {
  const svg = pictureSvg(picture);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+" viewBox=/);
  expect(svg).not.toMatch(/<script|href|url\(|@import|\sid=|\son\w+=/);
  expect(unbalanced(svg)).toEqual([]);
  expect(svg).toContain('lang="zh-CN"');
});

test("a theme is the reader's own, or always the same", () => {
  expect(pictureSvg(picture)).toContain("@media (prefers-color-scheme: dark)");
  for (const theme of ["light", "dark"] as const) {
    const svg = pictureSvg(picture, { theme });
    expect(svg).not.toContain("@media");
    expect(svg).toContain(`class="twinport-figure twinport-${theme}"`);
  }
});

test("what the other end says is text and nothing else", () => {
  const said = `</text><script>alert("1")</script>&amp;\u0000\u001b\ud800\ufffe`;
  const [first, ...more] = picture.steps;
  const hostile: Picture = {
    ...picture,
    title: said,
    client: said,
    steps: [{ ...first!, label: said }, ...more],
    notes: [said],
  };
  const svg = pictureSvg(hostile);
  expect(svg).not.toContain("<script");
  expect(unbalanced(svg)).toEqual([]);
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  expect(svg).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Cs}/u);
});

test("several pictures stand below each other, in one frame", () => {
  const height = (svg: string): number => Number(/height="(\d+)"/.exec(svg)?.[1]);
  const two = pictureSvg([picture, picture]);
  expect(height(two)).toBeGreaterThan(1.8 * height(pictureSvg(picture)));
  expect(two.match(/<svg /g)).toHaveLength(1);
});
