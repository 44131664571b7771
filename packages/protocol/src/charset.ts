import { LocalProtocolError } from "./errors.ts";

/** Names on the wire: bytes to text and back. */
export interface Charset {
  /** The name by the WHATWG Encoding Standard, such as `utf-8` or `gbk`. */
  readonly name: string;
  /** Undefined where the bytes are not of this charset. */
  decode(bytes: Uint8Array): string | undefined;
  /** A letter that the charset does not have becomes `?`. */
  encode(text: string): Uint8Array;
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What RFC 2640 asks for, and every client of this century speaks. */
export const utf8: Charset = {
  name: "utf-8",
  decode(bytes) {
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  },
  encode: (text) => encoder.encode(text),
};

/** The letters of windows-1252 that ISO 8859-1 does not have, from byte 0x80 on. */
const BESIDE_LATIN_1 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Not by TextDecoder: Node 20's takes it for ISO 8859-1, and leaves out a 0xFF that is the last byte. */
const windows1252: Charset = {
  name: "windows-1252",
  decode: (bytes) => Array.from(bytes, (byte) => BESIDE_LATIN_1[byte - 0x80] ?? String.fromCharCode(byte)).join(""),
  encode: (text) =>
    Uint8Array.from(text.match(/./gsu) ?? [], (letter) => {
      const beside = BESIDE_LATIN_1.indexOf(letter);
      const point = letter.codePointAt(0)!;
      const isLatin1 = point < 0x80 || (point >= 0xa0 && point <= 0xff);
      return beside !== -1 ? 0x80 + beside : isLatin1 ? point : 0x3f;
    }),
};

/** Each is made once: its table takes some ms and some MB, and whoever logs in asks for one. */
const made = new Map<string, Charset>();

/**
 * A charset by its label: `utf-8`, or a legacy one such as `gbk`, `big5`, `shift_jis`, `euc-kr`, `windows-1251`.
 * TextDecoder reads them; the way back is a table made from it once, at the first use (some ms).
 *
 * @throws {LocalProtocolError} `charset-not-known`
 */
export function charset(label: string): Charset {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch (cause) {
    throw new LocalProtocolError("charset-not-known", { charset: label }, { cause });
  }
  const name = decoder.encoding;
  if (name === "utf-8") return utf8;
  if (name === "windows-1252") return windows1252;
  const known = made.get(name);
  if (known) return known;
  if (name.startsWith("utf-16") || name.startsWith("iso-2022") || name === "replacement") {
    // They do not keep ASCII bytes for ASCII letters, so verbs and slashes would not be found.
    throw new LocalProtocolError("charset-not-known", { charset: label });
  }
  let inverse: Map<string, readonly number[]> | undefined;
  const legacy: Charset = {
    name,
    decode(bytes) {
      try {
        return decoder.decode(bytes);
      } catch {
        return undefined;
      }
    },
    encode(text) {
      inverse ??= invert(label);
      const bytes: number[] = [];
      for (const letter of text) {
        if (letter < "\u0080") bytes.push(letter.charCodeAt(0));
        else bytes.push(...(inverse.get(letter) ?? (name === "gb18030" ? fourBytesBeyond(letter) : [0x3f])));
      }
      return Uint8Array.from(bytes);
    },
  };
  made.set(name, legacy);
  return legacy;
}

/** How names are read and written for somebody. */
export interface NameCharset {
  /** What is spoken first, and for good unless a name comes that is not in it. */
  readonly first: Charset;
  /** What a name is taken for that is not in the first one: whoever sends it is spoken to like that from then on. */
  readonly legacy: Charset | undefined;
}

/**
 * `utf-8`, another label that {@link charset} knows, or `auto:gbk`: UTF-8, until a name comes that is none.
 *
 * @throws {LocalProtocolError} `charset-not-known`
 */
export function nameCharset(label: string): NameCharset {
  const legacy = /^auto:(.+)$/i.exec(label)?.[1];
  return legacy === undefined ? { first: charset(label), legacy: undefined } : { first: utf8, legacy: charset(legacy) };
}

/** Four-byte letters of GB 18030 up to U+FFFF: those that two bytes cannot say, in the order of Unicode. */
const FOUR_BYTE_LETTERS = 39_420;

/** The number of U+10000 among the four-byte letters; from there on they follow Unicode one by one. */
const FIRST_BEYOND = 189_000;

/** A four-byte letter of GB 18030 by its number. */
function fourBytes(number: number): number[] {
  const digit = (size: number, of: number): number => Math.floor(number / size) % of;
  return [0x81 + digit(12_600, 126), 0x30 + digit(1260, 10), 0x81 + digit(10, 126), 0x30 + digit(1, 10)];
}

/** What is beyond U+FFFF has no table: emoji, and rare letters of Chinese names. */
function fourBytesBeyond(letter: string): number[] {
  const point = letter.codePointAt(0)!;
  return point > 0xffff ? fourBytes(FIRST_BEYOND + point - 0x1_0000) : [0x3f];
}

/**
 * The shortest bytes of each letter that one or two bytes can say. Four bytes are for GB 18030 alone: whoever speaks GBK
 * could not read them.
 */
function invert(label: string): Map<string, readonly number[]> {
  // Not fatal here: most of the pairs tried are no letters, and as many exceptions would cost a hundred times more.
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  const table = new Map<string, readonly number[]>();
  // Many at once, each in a line of its own: one by one they would take long enough for others to notice. A line end is
  // part of no letter of more bytes.
  const learn = (count: number, bytesOf: (i: number) => readonly number[]): void => {
    const lines: number[] = [];
    for (let i = 0; i < count; i++) lines.push(...bytesOf(i), 0x0a);
    const letters = decoder.decode(Uint8Array.from(lines)).split("\n");
    for (let i = 0; i < count; i++) {
      const letter = letters[i]!;
      const isOneLetter = letter.length === lengthOfFirst(letter) && letter !== "\ufffd";
      if (isOneLetter && !table.has(letter)) table.set(letter, bytesOf(i));
    }
  };
  for (let one = 0x80; one <= 0xff; one++) {
    const before = table.size;
    learn(1, () => [one]);
    // What is a letter alone begins none of two bytes.
    if (table.size === before) learn(0x100 - 0x30, (i) => [one, 0x30 + i]);
  }
  if (decoder.encoding === "gb18030") learn(FOUR_BYTE_LETTERS, fourBytes);
  return table;
}

/** UTF-16 units of the first letter of a text. */
function lengthOfFirst(text: string): number {
  return (text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1;
}
