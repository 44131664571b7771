import { charset } from "@twinport/protocol";
import type { Charset } from "@twinport/protocol";
import type { StringEncoding } from "./StringEncoding.ts";

/** How text goes over a socket in one encoding. */
export interface TextCoding {
  /** What the socket is told: its own encoding, or one that keeps all bytes apart for {@link TextCoding.read}. */
  readonly ofSocket: BufferEncoding;
  /** Makes sense of what the socket has given. */
  readonly read: (given: string) => string;
  readonly encode: (text: string) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => string;
}

/**
 * The coding of an encoding: Node's own where Node knows it, else that of the protocol's charsets.
 *
 * @throws {LocalProtocolError} `charset-not-known`
 */
export function textCoding(encoding: StringEncoding): TextCoding {
  const label = encoding ?? "utf8";
  return Buffer.isEncoding(label) ? ofNode(label) : ofCharset(charset(label));
}

function ofNode(encoding: BufferEncoding): TextCoding {
  return {
    ofSocket: encoding,
    read: (given) => given,
    encode: (text) => Buffer.from(text, encoding),
    decode: (bytes) => Buffer.from(bytes).toString(encoding),
  };
}

function ofCharset(letters: Charset): TextCoding {
  const decode = (bytes: Uint8Array): string => letters.decode(bytes) ?? Buffer.from(bytes).toString("latin1");
  return {
    ofSocket: "latin1",
    read: (given) => decode(Buffer.from(given, "latin1")),
    encode: (text) => letters.encode(text),
    decode,
  };
}
