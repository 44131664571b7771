import { displayWidth, padToWidth } from "./display-width.ts";
import type { Figure, FigureStep } from "./figure.ts";

/** The words of a figure in the reader's language. */
export interface FigureWords {
  readonly active: string;
  readonly passive: string;
  readonly client: string;
  readonly server: string;
  readonly connects: string;
  readonly data: string;
  readonly neverConnected: string;
  readonly complete: (bytes: number) => string;
  readonly aborted: (bytes: number, code: string) => string;
}

/** Columns of an arrow's shaft. */
const ARROW = 58;
const PORT = 7;

/** A figure as lines of text: who sends from which port to which, in four numbered steps. */
export function formatFigure(figure: Figure, words: FigureWords): string[] {
  const mode = figure.mode === "active" ? words.active : words.passive;
  const ended = outcomeOf(figure, words);
  const title = [mode, figure.tls, figure.command, ended].filter((part) => part !== undefined).join(" · ");
  const client = `${words.client} ${figure.clientAddress}`;
  const server = `${words.server} ${figure.serverAddress}`;
  return [
    title,
    `    ${padToWidth(client, PORT + ARROW + 4)}${server}`,
    ...figure.steps.map((step) => formatStep(step, figure, words)),
  ];
}

function formatStep(step: FigureStep, figure: Figure, words: FigureWords): string {
  const isBroken = figure.brokenAt !== undefined && step.number >= figure.brokenAt;
  const label = isBroken && step.number === figure.brokenAt ? `✗ ${words.neverConnected}` : labelOf(step, words);
  const text = ` ${cut(label, ARROW - 6)} `;
  const rest = Math.max(0, ARROW - displayWidth(text));
  const line = isBroken ? "╌" : "─";
  const shaft = line.repeat(Math.floor(rest / 2)) + text + line.repeat(Math.ceil(rest / 2));
  const arrow = step.from === "client" ? `${shaft}▶` : `◀${shaft}`;
  return ` ${step.number}  ${padToWidth(port(step.clientPort), PORT)} ${arrow} ${port(step.serverPort)}`;
}

function labelOf(step: FigureStep, words: FigureWords): string {
  if (step.what === "connects") return words.connects;
  if (step.what === "acknowledges") return words.data;
  return step.line ?? "";
}

function outcomeOf(figure: Figure, words: FigureWords): string {
  if (figure.outcome === "complete") return words.complete(figure.bytes);
  if (figure.outcome === "aborted") return words.aborted(figure.bytes, figure.code);
  return `${words.neverConnected} (${figure.code})`;
}

function port(number: number | undefined): string {
  return number === undefined ? ":?" : `:${number}`;
}

/** Cut in the middle: a line says what it is at its start, and its ports at its end. */
function cut(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  const half = Math.floor((columns - 1) / 2);
  const letters = [...text];
  return `${fitting(letters, half).join("")}…${fitting(letters.toReversed(), half).toReversed().join("")}`;
}

function fitting(letters: readonly string[], columns: number): string[] {
  let used = 0;
  return letters.filter((letter) => (used += displayWidth(letter)) <= columns);
}
