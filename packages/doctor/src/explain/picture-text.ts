import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { WIDTH, hangText, wrapText } from "./picture-lines.ts";
import type { Picture, PictureBox, PictureStep } from "./picture.ts";

/** Columns of a port, and of an arrow with its head. */
const PORT = 7;
const ARROW = 59;
/** Where the arrows begin. */
const LEFT = 12;
/** Between the boxes of an end, and from the first one to its host. */
const BOX_GAP = 9;
const HOST_GAP = 5;

/** Columns of an arrow by the id of the box that stands there. */
type Places = ReadonlyMap<string, number>;

/** A picture as lines of text, less than 80 columns wide: boxes as columns, steps as arrows, then what is to be said. */
export function formatPicture(picture: Picture): string[] {
  const places = placesOf(picture.boxes);
  const list = picture.steps.flatMap(({ number, said }) => (said === undefined ? [] : hangText(` ${number}. `, said)));
  const lines = [
    ...wrapText(picture.title, WIDTH),
    ...hosts(picture),
    ...boxLabels(picture.boxes, places),
    ...picture.steps.flatMap((step) => arrow(step, places)),
    ...(list.length > 0 ? ["", ...list] : []),
    ...(picture.notes.length > 0 ? ["", ...picture.notes.flatMap((note) => hangText(" - ", note))] : []),
  ];
  return lines.map(visible);
}

function placesOf(boxes: readonly PictureBox[]): Places {
  const at = (side: PictureBox["side"]) => boxes.filter((box) => box.side === side);
  return new Map([
    ...at("client").map(({ id }, i) => [id, HOST_GAP + BOX_GAP * i] as const),
    ...at("server")
      .toReversed()
      .map(({ id }, i) => [id, ARROW - 1 - HOST_GAP - BOX_GAP * i] as const),
  ]);
}

/** The client at the left, and the server at the right: below each other where they are too long. */
function hosts({ client, server }: Picture): string[] {
  const right = (text: string): string => " ".repeat(Math.max(4, WIDTH - displayWidth(text))) + text;
  const room = WIDTH - 4 - displayWidth(client) - displayWidth(server);
  return room >= 2 ? [`    ${client}${" ".repeat(room)}${server}`] : [`    ${client}`, right(server)];
}

/** Each above its column, in as many lines as it takes for none to touch another. */
function boxLabels(boxes: readonly PictureBox[], places: Places): string[] {
  const lines: string[] = [];
  for (const { id, label } of boxes) {
    const width = displayWidth(label);
    const at = Math.max(1, LEFT + places.get(id)! - Math.floor(width / 2));
    const start = Math.min(at, Math.max(1, WIDTH - width));
    let row = lines.findIndex((line) => displayWidth(line) < start - 1 || line === "");
    if (row === -1) row = lines.push("") - 1;
    lines[row] = padToWidth(lines[row]!, start) + label;
  }
  return lines;
}

function arrow(step: PictureStep, places: Places): string[] {
  const stop = step.stoppedAt === undefined ? undefined : places.get(step.stoppedAt);
  const isLost = step.state === "blocked" && stop === undefined;
  const label = isLost ? `✗ ${step.label}` : step.label;
  const cells = shaft(step, places, stop);
  const isWritten = write(label, cells, step, stop, places);
  const above = isWritten ? [] : wrapText(label, ARROW - 2).map((line) => " ".repeat(LEFT + 1) + line);
  const [left, right] = [padToWidth(port(step.clientPort), PORT), port(step.serverPort)];
  return [...above, ` ${step.number}  ${left} ${cells.join("")} ${right}`];
}

/** The arrow without its label, a letter a column. */
function shaft({ from, state }: PictureStep, places: Places, stop: number | undefined): string[] {
  const isDashed = state !== "open" && stop === undefined;
  const cells = Array<string>(ARROW).fill(isDashed ? "╌" : "─");
  for (const place of places.values()) cells[place] = "┼";
  if (stop === undefined) cells[from === "client" ? ARROW - 1 : 0] = from === "client" ? "▶" : "◀";
  else {
    for (let at = 0; at < ARROW; at++) {
      const isBeyond = from === "client" ? at > stop : at < stop;
      if (isBeyond) cells[at] = cells[at] === "┼" ? "│" : " ";
    }
    cells[stop] = "✗";
  }
  return cells;
}

/** Writes the label into the widest free part of the arrow; false where there is no room. */
function write(
  label: string,
  cells: string[],
  { from }: PictureStep,
  stop: number | undefined,
  places: Places,
): boolean {
  const first = stop !== undefined && from === "server" ? stop : 0;
  const last = stop !== undefined && from === "client" ? stop : ARROW - 1;
  const marks = [first, ...places.values(), last].filter((at) => at >= first && at <= last).toSorted((a, b) => a - b);
  const gaps = marks.slice(1).map((end, i) => ({ start: marks[i]! + 1, columns: end - marks[i]! - 1 }));
  const widest = gaps.reduce((one, other) => (other.columns > one.columns ? other : one), { start: 0, columns: 0 });
  const text = ` ${label} `;
  const width = displayWidth(text);
  if (width > widest.columns - 2) return false;
  const at = widest.start + Math.floor((widest.columns - width) / 2);
  cells.splice(at, width, text, ...Array<string>(width - 1).fill(""));
  return true;
}

/** `:21`; and as it is where it says more than a number. */
function port(drawn: string): string {
  return /^[\d?]/.test(drawn) ? `:${drawn}` : drawn;
}
