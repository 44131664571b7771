import { displayWidth } from "@twinport/protocol";
import { wrapText } from "./picture-lines.ts";
import type { Picture, PictureBox } from "./picture.ts";

/** Pixels of letters: `column` is enough for digits and capitals of the widest usual fonts, `mean` for sentences, `bold` for the title. */
export const font = { size: 14, title: 16, line: 20, column: 8.6, mean: 7.8, bold: 10.4 } as const;
export const margin = 24;
/** Beside a lifeline, between boxes, and around what stands in one. */
export const gap = { port: 10, box: 14, inside: 12 } as const;
const NUMBER = 34;
const LEAST_WIDTH = 820;
const LEAST_MIDDLE = 250;

/** Something with a frame at the top, and the line below it that arrows meet. */
export interface Column {
  readonly id: string;
  readonly kind: "host" | "box";
  readonly side: PictureBox["side"];
  readonly x: number;
  readonly width: number;
  readonly lines: readonly string[];
}

/** What stands where, in pixels from the left. */
export interface Layout {
  readonly width: number;
  readonly columns: readonly Column[];
  /** Between the client's last column and the server's first one: the internet, and where arrows say what they are. */
  readonly middle: { readonly from: number; readonly to: number };
}

/** Pixels that a text of the usual size takes at most. */
function pixelsOf(text: string): number {
  return displayWidth(text) * font.column;
}

/** Columns of text that a width has room for; in sentences, narrow letters make up for wide ones. */
export function columnsIn(pixels: number, kind: "column" | "mean" | "bold" = "column"): number {
  return Math.max(8, Math.floor(pixels / font[kind]));
}

/** Where the columns of a picture stand; those of the server's side end at the width, where that is wider than needed. */
export function layoutOf(picture: Picture, width = LEAST_WIDTH): Layout {
  const client = sideOf("client", picture);
  const server = sideOf("server", picture);
  const middle = Math.max(LEAST_MIDDLE, width - 2 * margin - client.width - server.width);
  const left = client.columns.map((column) => ({ ...column, x: margin + column.x }));
  const total = 2 * margin + client.width + middle + server.width;
  const right = server.columns.map((column) => ({ ...column, x: total - margin - column.x })).toReversed();
  return {
    width: total,
    columns: [...left, ...right],
    middle: { from: edgeOf(left.at(-1)!, 1), to: edgeOf(right[0]!, -1) },
  };
}

function edgeOf({ x, width }: Column, sign: 1 | -1): number {
  return x + sign * (width / 2);
}

/** The columns of one end, measured from its host's outer side. */
function sideOf(side: PictureBox["side"], picture: Picture): { readonly columns: Column[]; readonly width: number } {
  const ports = picture.steps.map((step) => pixelsOf(`:${side === "client" ? step.clientPort : step.serverPort}`));
  const outside = Math.max(...ports, 0) + gap.port + (side === "client" ? NUMBER : 0);
  const host = framed(side, "host", side, wrapText(side === "client" ? picture.client : picture.server, 24));
  const boxes = picture.boxes
    .filter((box) => box.side === side)
    .map(({ id, label }) => framed(id, "box", side, wrapText(label, 22)));
  const columns: Column[] = [{ ...host, x: Math.max(outside, host.width / 2) }];
  for (const box of side === "client" ? boxes : boxes.toReversed()) {
    columns.push({ ...box, x: edgeOf(columns.at(-1)!, 1) + gap.box + box.width / 2 });
  }
  return { columns, width: edgeOf(columns.at(-1)!, 1) };
}

function framed(id: string, kind: Column["kind"], side: Column["side"], lines: readonly string[]): Column {
  const width = Math.max(...lines.map(pixelsOf)) + 2 * gap.inside;
  return { id, kind, side, lines, width, x: 0 };
}
