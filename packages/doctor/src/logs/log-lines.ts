/** More of a line is not looked at. */
const LONGEST = 16_384;

/** Lines by which it is found out how a log spells its letters. */
const FIRST_LINES = 300;

const CR = 0x0d;
const LF = 0x0a;

const utf8 = new TextDecoder("utf-8", { fatal: true });
// Logs of Chinese systems; it has a letter for nearly every byte.
const gbk = new TextDecoder("gbk");

/** The lines of a log: each ends by CR or LF, since programs write their progress over itself. */
export async function* logLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const first: Uint8Array[] = [];
  let decode: ((line: Uint8Array) => string) | undefined;
  for await (const line of byteLines(chunks)) {
    if (decode) yield decode(line);
    else if (first.push(Uint8Array.from(line)) === FIRST_LINES) {
      decode = decoderFor(first);
      yield* first.map(decode);
    }
  }
  if (!decode) yield* first.map(decoderFor(first));
}

async function* byteLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let from = 0;
    for (let end = endOf(bytes, from); end >= 0; end = endOf(bytes, from)) {
      const line = bytes.subarray(from, Math.min(end, from + LONGEST));
      from = end + 1;
      if (held.length + line.length === 0) continue;
      yield held.length === 0 ? line : Buffer.concat([held, line]).subarray(0, LONGEST);
      held = Buffer.alloc(0);
    }
    // A copy: whoever reads may use the memory of a chunk again.
    if (from < bytes.length) held = Buffer.concat([held, bytes.subarray(from, from + LONGEST - held.length)]);
  }
  if (held.length > 0) yield held;
}

/** The next CR or LF. */
function endOf(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf(LF, from);
  const cr = bytes.subarray(from, lf < 0 ? bytes.length : lf).indexOf(CR);
  return cr < 0 ? lf : from + cr;
}

/** Some words of GBK are words of UTF-8 by chance, so what most of the lines are is taken for all of them. */
function decoderFor(lines: readonly Uint8Array[]): (line: Uint8Array) => string {
  const foreign = lines.filter((line) => line.some((byte) => byte >= 0x80));
  const spelled = foreign.filter((line) => inUtf8(line) !== undefined);
  if (spelled.length < foreign.length / 2) return (line) => gbk.decode(line);
  return (line) => inUtf8(line) ?? gbk.decode(line);
}

function inUtf8(line: Uint8Array): string | undefined {
  try {
    return utf8.decode(line);
  } catch {
    return undefined;
  }
}
