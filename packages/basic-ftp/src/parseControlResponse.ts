/** Complete replies of a text, and what has begun behind them. */
export interface ParsedResponse {
  /** Each with its code, its lines joined by LF. */
  readonly messages: string[];
  readonly rest: string;
}

/**
 * Takes a text of the command connection apart. The end of the text counts as the end of a line; lines of nothing but
 * blanks and lines outside of any reply are left out.
 */
export function parseControlResponse(text: string): ParsedResponse {
  const messages: string[] = [];
  let group: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const [first] = group;
    if (first !== undefined) {
      group.push(line);
      if (!isSingleLine(line) || !line.startsWith(first.slice(0, 3))) continue;
      messages.push(group.join("\n"));
      group = [];
    } else if (isMultiline(line)) group = [line];
    else if (isSingleLine(line)) messages.push(line);
  }
  return { messages, rest: group.map((line) => `${line}\n`).join("") };
}

/** Whether a line is a reply by itself, or the last one of a longer reply. */
export function isSingleLine(line: string): boolean {
  return /^\d{3}(?: |$)/.test(line);
}

/** Whether a line begins a reply of several. */
export function isMultiline(line: string): boolean {
  return /^\d{3}-/.test(line);
}

/** The command is done (2yz). */
export function positiveCompletion(code: number): boolean {
  return code >= 200 && code < 300;
}

/** The server waits for the next command of a sequence (3yz). */
export function positiveIntermediate(code: number): boolean {
  return code >= 300 && code < 400;
}

/** Replies whose text is read: a part of it could be taken for the whole. */
const wholeText: Readonly<Record<string, RegExp>> = {
  // A number has no end but that of its line.
  "213": /[^\d. ]/,
  "227": /(?<![-\d])(?:-?\d{1,9}\s?,\s?){5}-?\d{1,9}[^\d]/,
  "229": /([|!])\d{1,9}\1/,
  "257": /^[^"]*(?:"[^"]*"[^"]*)+$/,
};

/**
 * The part behind the last line end that should wait for the rest of its line. Some servers end no line: what can only
 * be a whole reply is one.
 */
export function unfinishedLine(text: string): string {
  const last = text.slice(text.lastIndexOf("\n") + 1);
  if (last === "") return "";
  const { rest } = parseControlResponse(text.slice(0, text.length - last.length));
  const code = last.slice(0, 3);
  const canEndReply = /^\d{3} /.test(last) && !last.endsWith("\r") && (rest === "" || rest.startsWith(code));
  const isWhole = rest !== "" || (wholeText[code]?.test(last.slice(4)) ?? true);
  return canEndReply && isWhole ? "" : last;
}
