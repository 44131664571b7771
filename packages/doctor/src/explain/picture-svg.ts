import { visible } from "@twinport/protocol";
import { styleOf } from "./picture-svg-colours.ts";
import { columnsIn, font, gap, layoutOf, margin } from "./picture-svg-layout.ts";
import { wrapText } from "./picture-lines.ts";
import type { Column, Layout } from "./picture-svg-layout.ts";
import type { Picture, PictureStep } from "./picture.ts";
import type { PictureTheme } from "./picture-svg-colours.ts";

export type { PictureTheme } from "./picture-svg-colours.ts";

const family =
  'ui-sans-serif, system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** One picture, or several below each other, as an SVG that needs nothing else: no scripts, no fonts, no ids. */
export function pictureSvg(
  pictures: Picture | readonly Picture[],
  { theme = "auto" }: { readonly theme?: PictureTheme } = {},
): string {
  const all = [pictures].flat();
  const width = Math.ceil(Math.max(...all.map((picture) => layoutOf(picture).width)));
  const parts: string[] = [];
  let y = margin;
  for (const picture of all) {
    const drawn = drawPicture(picture, layoutOf(picture, width), y);
    parts.push(...drawn.parts);
    y = drawn.end + margin;
  }
  const language = all.find((picture) => picture.language)?.language;
  const title = all.map((picture) => picture.title).join("; ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" role="img"`,
    ` class="twinport-figure twinport-${theme}" font-family="${escaped(family)}" font-size="${font.size}"`,
    `${language ? ` lang="${language}" xml:lang="${language}"` : ""}>\n`,
    `<title>${escaped(title)}</title>\n<style>${shape}${styleOf(theme)}</style>\n`,
    `<rect class="page" width="${width}" height="${y}"/>\n`,
    ...parts.map((part) => `${part}\n`),
    "</svg>\n",
  ].join("");
}

/** What has no colour. */
const shape = [
  ".twinport-figure{max-width:100%;height:auto}",
  ".twinport-figure .life{stroke-width:2}",
  ".twinport-figure .arrow{stroke-width:2;fill:none}",
  ".twinport-figure .dashed{stroke-dasharray:6 5}",
  ".twinport-figure .cross{stroke-width:3;stroke-linecap:round}",
].join("");

interface Drawn {
  readonly parts: readonly string[];
  readonly end: number;
}

function drawPicture(picture: Picture, layout: Layout, start: number): Drawn {
  const head = textBlock(picture.title, { x: margin, y: start, width: layout.width - 2 * margin, part: "title" });
  const tall = Math.max(...layout.columns.map(({ lines }) => lines.length)) * font.line + 2 * 8;
  const top = head.end + 10;
  const rows = picture.steps.map((step) => rowOf(step, layout));
  let y = top + tall + 12;
  const arrows = rows.flatMap(({ height, draw }) => {
    const parts = draw(y);
    y += height;
    return parts;
  });
  const bottom = y;
  y += 16;
  const below = belowOf(picture, layout, y);
  return {
    parts: [
      ...head.parts,
      ...layout.columns.flatMap((column) => drawColumn(column, top, tall, bottom)),
      ...arrows,
      ...below.parts,
    ],
    end: below.end,
  };
}

/** A frame with its text, and the line below it: a band where a box stands in the way. */
function drawColumn({ kind, x, width, lines }: Column, top: number, tall: number, bottom: number): string[] {
  const first = top + tall / 2 - ((lines.length - 1) * font.line) / 2;
  const from = top + tall;
  return [
    kind === "host"
      ? `<line class="life" x1="${px(x)}" x2="${px(x)}" y1="${px(from)}" y2="${px(bottom)}"/>`
      : `<rect class="box band" x="${px(x - 6)}" y="${px(from)}" width="12" height="${px(bottom - from)}"/>`,
    `<rect class="${kind} frame" x="${px(x - width / 2)}" y="${px(top)}" width="${px(width)}" height="${px(tall)}" rx="6"/>`,
    ...lines.map((line, i) => text(line, { x, y: first + i * font.line, part: "text", anchor: "middle" })),
  ];
}

interface Row {
  readonly height: number;
  readonly draw: (top: number) => string[];
}

/** A step: what it says above its arrow, in the middle, and its ports at the ends. */
function rowOf(step: PictureStep, { columns, middle }: Layout): Row {
  const { state, from } = step;
  const [client, server] = [columns[0]!, columns.at(-1)!];
  const isLost = state === "blocked" && step.stoppedAt === undefined;
  const lines = wrapText(isLost ? `✗ ${step.label}` : step.label, columnsIn(middle.to - middle.from));
  const [source, target] = from === "client" ? [client, server] : [server, client];
  const stop = columns.find(({ id }) => id === step.stoppedAt);
  const sign = from === "client" ? 1 : -1;
  const tip = (stop ?? target).x;
  const isDashed = state !== "open" && !stop;
  const crossed = columns.filter(({ kind, x }) => kind === "box" && (x - tip) * sign < 0);
  const draw = (top: number): string[] => {
    const y = top + lines.length * font.line + 6;
    const label = (line: string, i: number): string =>
      text(line, {
        x: (middle.from + middle.to) / 2,
        y: top + font.line / 2 + i * font.line,
        part: `label-${state}`,
        anchor: "middle",
      });
    return [
      text(String(step.number), { x: margin, y, part: "text", weight: "bold" }),
      text(port(step.clientPort), { x: client.x - gap.port, y, part: "text", anchor: "end" }),
      text(port(step.serverPort), { x: server.x + gap.port, y, part: "text" }),
      ...lines.map(label),
      `<line class="arrow line-${state}${isDashed ? " dashed" : ""}" x1="${px(source.x)}" x2="${px(tip - sign * (stop ? 0 : 8))}" y1="${px(y)}" y2="${px(y)}"/>`,
      ...(isDashed ? [] : crossed.map(({ x }) => `<circle class="head-${state}" cx="${px(x)}" cy="${px(y)}" r="4"/>`)),
      stop ? cross(tip, y, state) : head(tip, y, sign, state),
    ];
  };
  return { height: lines.length * font.line + 20, draw };
}

function cross(x: number, y: number, state: PictureStep["state"]): string {
  const [left, right, up, down] = [px(x - 8), px(x + 8), px(y - 8), px(y + 8)];
  return `<path class="cross line-${state}" d="M${left} ${up}L${right} ${down}M${left} ${down}L${right} ${up}"/>`;
}

function head(x: number, y: number, sign: number, state: PictureStep["state"]): string {
  const back = px(x - sign * 12);
  return `<path class="head-${state}" d="M${px(x - sign)} ${px(y)}L${back} ${px(y - 6)}L${back} ${px(y + 6)}Z"/>`;
}

/** The steps in words, then the notes. */
function belowOf({ steps, notes }: Picture, { width }: Layout, start: number): Drawn {
  const parts: string[] = [];
  let y = start;
  const add = (mark: string, words: string): void => {
    const x = margin + 22;
    const block = textBlock(words, { x, y, width: width - x - margin, part: "text" });
    parts.push(text(mark, { x: margin, y: y + font.line / 2, part: "text" }), ...block.parts);
    y = block.end + 4;
  };
  for (const { number, said } of steps) if (said !== undefined) add(`${number}.`, said);
  if (parts.length > 0) y += 6;
  for (const note of notes) add("–", note);
  return { parts, end: parts.length > 0 ? y : start };
}

interface Block {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly part: string;
}

function textBlock(words: string, { x, y, width, part }: Block): Drawn {
  const isTitle = part === "title";
  const lines = wrapText(words, columnsIn(width, isTitle ? "bold" : "mean"));
  const weight = isTitle ? { weight: "bold" as const, size: font.title } : {};
  return {
    parts: lines.map((line, i) => text(line, { x, y: y + font.line / 2 + i * font.line, part, ...weight })),
    end: y + lines.length * font.line,
  };
}

interface TextPlace {
  readonly x: number;
  /** Its middle. */
  readonly y: number;
  readonly part: string;
  readonly anchor?: "middle" | "end";
  readonly weight?: "bold";
  readonly size?: number;
}

function text(words: string, { x, y, part, anchor, weight, size }: TextPlace): string {
  // The middle of the letters is a third of their size above the line that they stand on.
  const base = y + (size ?? font.size) * 0.35;
  const more = [
    ...(anchor ? [` text-anchor="${anchor}"`] : []),
    ...(weight ? [` font-weight="${weight}"`] : []),
    ...(size ? [` font-size="${size}"`] : []),
  ].join("");
  return `<text class="${part}" x="${px(x)}" y="${px(base)}"${more}>${escaped(words)}</text>`;
}

/** `:21`; and as it is where it says more than a number. */
function port(drawn: string): string {
  return /^[\d?]/.test(drawn) ? `:${drawn}` : drawn;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML may hold it: no control characters, no halves of letters. */
function escaped(words: string): string {
  return visible(words)
    .replace(/\p{Cs}|[\ufffe\uffff]/gu, "?")
    .replace(/[&<>"]/g, (letter) => entities[letter]!);
}
