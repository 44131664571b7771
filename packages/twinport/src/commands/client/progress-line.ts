import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { formatBytes, formatDuration } from "./quantity.ts";
import type { Progress } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";
import type { Output } from "../../terminal.ts";

/** What is drawn. */
export type ProgressFacts = Pick<Progress, "bytes" | "total" | "rate" | "eta"> & { readonly name: string };

/** Of a terminal that does not know its own width. */
const COLUMNS = 80;

const BAR = 20;
const LEAST_NAME = 8;

/** How far a transfer is, in one line of so many columns. */
export function formatProgress(facts: ProgressFacts, columns: number, words: ClientMessages["progress"]): string {
  const { bytes, total, rate, eta } = facts;
  const share = total === undefined || total === 0 ? undefined : Math.min(1, bytes / total);
  const bar = share === undefined ? undefined : `[${"=".repeat(Math.round(share * BAR)).padEnd(BAR)}]`;
  const parts = [
    ...(share === undefined ? [] : [`${String(Math.floor(share * 100)).padStart(3)} %`, bar]),
    formatBytes(bytes).padStart(10),
    `${formatBytes(rate)}/s`.padStart(12),
    ...(eta === undefined ? [] : [words.left(formatDuration(eta))]),
  ];
  const rest = parts.join("  ");
  const room = columns - 1 - displayWidth(rest) - 2;
  if (room < LEAST_NAME) return rest.slice(0, Math.max(0, columns - 1));
  return `${padToWidth(shortened(visible(facts.name), Math.min(room, 40)), Math.min(room, 24))}  ${rest}`;
}

/** A name that is too long loses its beginning: its end tells more. */
function shortened(name: string, columns: number): string {
  const letters = [...name];
  while (letters.length > 1 && displayWidth(letters.join("")) > columns)
    letters.splice(0, letters[0] === "…" ? 2 : 1, "…");
  return letters.join("");
}

/** One line of a terminal that is drawn again and again. */
export class ProgressLine {
  readonly #output: Output;
  readonly #words: ClientMessages["progress"];
  #isDrawn = false;

  constructor(output: Output, words: ClientMessages["progress"]) {
    this.#output = output;
    this.#words = words;
  }

  draw(facts: ProgressFacts): void {
    this.say(formatProgress(facts, this.#output.columns || COLUMNS, this.#words));
  }

  /** Draws a sentence in its place. */
  say(text: string): void {
    this.#output.write(`\r${text}\u001b[K`);
    this.#isDrawn = true;
  }

  /** Takes it away. */
  readonly clear = (): void => {
    if (this.#isDrawn) this.#output.write("\r\u001b[K");
    this.#isDrawn = false;
  };
}
