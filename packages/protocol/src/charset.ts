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
  if (name.startsWith("utf-16") || name.startsWith("iso-2022") || name === "replacement") {
    // They do not keep ASCII bytes for ASCII letters, so verbs and slashes would not be found.
    throw new LocalProtocolError("charset-not-known", { charset: label });
  }
  let inverse: Map<string, readonly number[]> | undefined;
  return {
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
        else bytes.push(...(inverse.get(letter) ?? [0x3f]));
      }
      return Uint8Array.from(bytes);
    },
  };
}

/** The shortest bytes of each letter that one or two bytes can say; gb18030's four-byte letters are left out. */
function invert(label: string): Map<string, readonly number[]> {
  // Not fatal here: most of the pairs tried are no letters, and as many exceptions would cost a hundred times more.
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  const table = new Map<string, readonly number[]>();
  const learn = (...bytes: number[]): void => {
    const letter = decoder.decode(Uint8Array.from(bytes));
    const isOneLetter = [...letter].length === 1 && letter !== "\ufffd";
    if (isOneLetter && !table.has(letter)) table.set(letter, bytes);
  };
  for (let one = 0x80; one <= 0xff; one++) learn(one);
  for (let one = 0x80; one <= 0xff; one++) for (let two = 0x30; two <= 0xff; two++) learn(one, two);
  return table;
}
