/** A word of a line: what was written, and what it means. */
export interface ShellWord {
  readonly raw: string;
  readonly text: string;
  /** Some of it was quoted: a `*` there is a star. */
  readonly isQuoted: boolean;
}

/** Splits a line into words: at spaces, but not within quotes of either kind; a backslash makes what follows plain. */
export function shellWords(line: string): ShellWord[] {
  return split(line).filter(({ raw }) => raw !== "");
}

/** The word that somebody is writing at the end of a line; empty behind a space. */
export function wordAtEnd(line: string): ShellWord {
  return split(line).at(-1) ?? { raw: "", text: "", isQuoted: false };
}

/** A name as it is written so that it is one word. */
export function quoteWord(name: string): string {
  return name.replaceAll(/[\s\\'"*?[]/g, String.raw`\$&`);
}

function split(line: string): ShellWord[] {
  const words: ShellWord[] = [];
  let [raw, text, quote, isQuoted] = ["", "", "", false];
  const letters = [...line];
  for (let i = 0; i < letters.length; i++) {
    const letter = letters[i] ?? "";
    if (quote === "" && /\s/.test(letter)) {
      words.push({ raw, text, isQuoted });
      [raw, text, isQuoted] = ["", "", false];
      continue;
    }
    raw += letter;
    if (letter === "\\" && quote !== "'") {
      isQuoted = true;
      const next = letters[++i] ?? "";
      raw += next;
      text += next;
    } else if (quote === "" && (letter === '"' || letter === "'")) {
      quote = letter;
      isQuoted = true;
    } else if (letter === quote) quote = "";
    else text += letter;
  }
  return [...words, { raw, text, isQuoted }];
}
