/** What a JSON text is: a value, or where it stops being one, or the key that one of its objects has twice. */
export type ReadJson =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "broken"; readonly line: number; readonly column: number }
  | { readonly kind: "key-twice"; readonly key: string };

/** Letters that are read between two turns of everybody else. */
const PIECE = 64 * 1024;

/** Objects and lists in each other; the accounts file has six. */
const DEEPEST = 64;

/** What may stand next. */
type Next = "value" | "value-or-end" | "key" | "key-or-end" | "colon" | "comma-or-end" | "nothing";

type Container = unknown[] | Record<string, unknown>;

const words = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * Reads JSON in one go through the text, in pieces. JSON.parse would stop everybody for as long as it takes, keep the
 * last of two equal keys without a word, and say of some mistakes only where they are.
 */
export function* readJsonInPieces(text: string): Generator<undefined, ReadJson> {
  const open: Container[] = [];
  let top: unknown;
  let key = "";
  let next: Next = "value";
  let line = 1;
  let lineStart = 0;
  let pause = PIECE;
  let at = 0;
  const broken = (where: number): ReadJson => ({ kind: "broken", line, column: where - lineStart + 1 });
  const put = (value: unknown): void => {
    const into = open.at(-1);
    if (into === undefined) top = value;
    else if (Array.isArray(into)) into.push(value);
    // To assign to this key would set the prototype.
    else if (key === "__proto__") Object.defineProperty(into, key, { value, ...ordinary });
    else into[key] = value;
    next = open.length === 0 ? "nothing" : "comma-or-end";
  };
  for (;;) {
    if (at >= pause) {
      pause = at + PIECE;
      yield;
    }
    const letter = text[at];
    if (letter === undefined) return next === "nothing" ? { kind: "value", value: top } : broken(at);
    if (letter === "\n") {
      line++;
      lineStart = ++at;
      continue;
    }
    if (letter === " " || letter === "\t" || letter === "\r") {
      at++;
      continue;
    }
    const isValue: boolean = next === "value" || next === "value-or-end";
    const into = open.at(-1);
    if (letter === "{" || letter === "[") {
      if (!isValue || open.length === DEEPEST) return broken(at);
      const container: Container = letter === "{" ? {} : [];
      put(container);
      open.push(container);
      next = letter === "{" ? "key-or-end" : "value-or-end";
      at++;
    } else if (letter === "}" || letter === "]") {
      const ends: Next = letter === "}" ? "key-or-end" : "value-or-end";
      const isRight = into !== undefined && Array.isArray(into) === (letter === "]");
      if (!isRight || (next !== ends && next !== "comma-or-end")) return broken(at);
      open.pop();
      next = open.length === 0 ? "nothing" : "comma-or-end";
      at++;
    } else if (letter === ",") {
      if (next !== "comma-or-end") return broken(at);
      next = Array.isArray(into) ? "value" : "key";
      at++;
    } else if (letter === ":") {
      if (next !== "colon") return broken(at);
      next = "value";
      at++;
    } else if (letter === '"') {
      const isKey: boolean = next === "key" || next === "key-or-end";
      if (!isValue && !isKey) return broken(at);
      const end = endOfString(text, at);
      const read = stringOf(text.slice(at, end));
      if (read === undefined) return broken(at + faultIn(text.slice(at, end)));
      at = end;
      if (!isKey) put(read);
      else if (Object.hasOwn(into!, read)) return { kind: "key-twice", key: read };
      else {
        key = read;
        next = "colon";
      }
    } else {
      words.lastIndex = at;
      const word = isValue ? words.exec(text)?.[0] : undefined;
      if (word === undefined) return broken(at);
      put(JSON.parse(word));
      at += word.length;
    }
  }
}

const ordinary = { writable: true, enumerable: true, configurable: true } as const;

/** Behind the quotes that end it, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ;) {
    const quotes = text.indexOf('"', at);
    if (quotes === -1) return text.length;
    let before = quotes;
    while (text[before - 1] === "\\") before--;
    if ((quotes - before) % 2 === 0) return quotes + 1;
    at = quotes + 1;
  }
}

function stringOf(written: string): string | undefined {
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined;
  }
}

/** Where in a string that is none the first letter is that cannot stand there. */
function faultIn(written: string): number {
  // oxlint-disable-next-line no-control-regex
  const good = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/.exec(written.slice(0, 10_000));
  return good?.[0].length ?? 0;
}
