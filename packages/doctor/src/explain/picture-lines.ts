import { displayWidth } from "@twinport/protocol";

/** What no line begins with, and what none ends with (GB/T 15834). */
const closing = /^[，。：；！？、）》”’…]/;
const opening = /[（《“‘]$/;

/** Columns of all that is told. */
export const WIDTH = 79;

/** A text behind its mark: its further lines stand below its first. */
export function hangText(mark: string, text: string): string[] {
  const columns = displayWidth(mark);
  return wrapText(text, WIDTH - columns).map((line, i) => (i === 0 ? mark : " ".repeat(columns)) + line);
}

/** A text in lines of that many columns at most: broken at spaces, and between Chinese letters. */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of piecesOf(text).flatMap((whole) => cutPiece(whole, columns))) {
    if (line !== "" && displayWidth((line + piece).trimEnd()) > columns) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += line === "" ? piece.trimStart() : piece;
  }
  return [...lines, ...(line === "" ? [] : [line.trimEnd()])];
}

/** What is never broken: a word with the spaces behind it, or a Chinese letter with its punctuation. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const letter of text) {
    const last = pieces.at(-1);
    const isGlued = last !== undefined && (closing.test(letter) || opening.test(last) || isOneWord(last, letter));
    if (isGlued) pieces[pieces.length - 1] = last + letter;
    else pieces.push(letter);
  }
  return pieces;
}

function isOneWord(before: string, letter: string): boolean {
  if (letter === " ") return true;
  return !before.endsWith(" ") && displayWidth(letter) === 1 && displayWidth([...before].at(-1)!) === 1;
}

function cutPiece(piece: string, columns: number): string[] {
  const cut: string[] = [""];
  for (const letter of piece) {
    if (letter !== " " && displayWidth(cut.at(-1)! + letter) > columns) cut.push("");
    cut[cut.length - 1] += letter;
  }
  return cut;
}
