/** Bytes written as text, one letter a byte: `"\xff\xf4ABOR\r\n"`. */
export function wire(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The bytes whole, byte by byte, in two at every place (short ones), and cut at random; the same cuts in every run. */
export function* howeverCut(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
  for (let at = 1; at < Math.min(bytes.length, 64); at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  let random = bytes.length + 1;
  const next = (most: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return (random >>> 16) % most;
  };
  for (let time = 0; time < 5; time++) {
    const chunks: Uint8Array[] = [];
    // Empty chunks come too.
    for (let at = 0; at < bytes.length;) chunks.push(bytes.subarray(at, (at += next((bytes.length >> 1) + 2))));
    yield chunks;
  }
}

/** What a fresh decoder gives for the bytes, for each way to cut them. A chunk is spoilt once the decoder has had it. */
export function* decodedHoweverCut<Result>(
  bytes: Uint8Array,
  fresh: () => (chunk: Uint8Array) => Iterable<Result>,
): Generator<Result[]> {
  for (const chunks of howeverCut(bytes)) {
    const decode = fresh();
    const results: Result[] = [];
    for (const chunk of chunks) {
      const lent = chunk.slice();
      results.push(...decode(lent));
      lent.fill(0xee);
    }
    yield results;
  }
}
