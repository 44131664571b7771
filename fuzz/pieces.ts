import fc from "fast-check";

/** Random bytes, with those that mean something more often than chance would have them. */
export function bytesOf(...meaningful: (number | string)[]): fc.Arbitrary<Uint8Array> {
  const pieces = meaningful.map((piece) =>
    typeof piece === "number" ? [piece] : Array.from(piece, (letter) => letter.charCodeAt(0)),
  );
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((bytes) => [...bytes]) },
    { weight: 1, arbitrary: fc.nat(40).map((length) => Array<number>(length).fill(0x78)) },
  );
  return fc.array(piece, { maxLength: 40 }).map((parts) => Uint8Array.from(parts.flat()));
}

/** Random text, the same way; any UTF-16 may be in it, surrogates that stand alone too. */
export function textOf(...meaningful: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...meaningful) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 4 }) },
    { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) },
  );
  return fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""));
}

/** Lengths of chunks, over and over; chunks of no bytes are among them. */
export const lengths = fc
  .array(fc.nat(12), { minLength: 1, maxLength: 20 })
  .filter((all) => all.some((length) => length > 0));

/** The bytes in chunks of those lengths. A chunk is spoilt once the next one is asked for. */
export function* cut(bytes: Uint8Array, chunkLengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = chunkLengths[i % chunkLengths.length]!;
    const chunk = Uint8Array.from(bytes.subarray(at, at + length));
    yield chunk;
    chunk.fill(0xee);
    at += length;
  }
}

/** Text as it comes out of UTF-8: without surrogates that stand alone. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
