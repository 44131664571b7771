import pino from "pino";
import { visible } from "@twinport/protocol";
import type { Writable } from "node:stream";

/** Text that nobody has taken before further lines are counted instead of kept. */
const MAX_UNTAKEN = 1024 * 1024;

/** What is reported: a name and plain facts, and the same as a sentence. */
interface LogLine {
  readonly level: "info" | "warn";
  readonly event: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

/** Where the daemon reports. */
export interface Log {
  report(line: LogLine): void;
  /** For people only: nothing of it is in JSON. */
  say(text: string): void;
  /** Done when all has been taken; a reader that does not read is not waited for longer than a second. */
  close(): Promise<void>;
}

/**
 * A log on a stream, as sentences or as a JSON object a line. Whoever does not read it never holds the server up: lines
 * beyond a megabyte are left out and counted.
 */
export function openLog(
  stream: Writable,
  options: { json: boolean; lost: (count: number) => string; now: () => number },
): Log {
  const write = boundedWriter(stream, options.lost);
  if (options.json) {
    const json = pino(
      { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
      { write },
    );
    return {
      report: ({ level, event, facts }) => json[level]({ event, ...facts }),
      say() {},
      close: () => taken(stream),
    };
  }
  return {
    report: ({ sentence }) => write(`${new Date(options.now()).toISOString().slice(0, 19)}Z ${visible(sentence)}\n`),
    say: (text) => write(`${text}\n`),
    close: () => taken(stream),
  };
}

async function taken(stream: Writable): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  const tooLong = new Promise((resolve) => setTimeout(resolve, 1000));
  await Promise.race([new Promise((resolve) => stream.write("", resolve)), tooLong]);
}

function boundedWriter(stream: Writable, lostSentence: (count: number) => string): (text: string) => void {
  unblock(stream);
  // A reader that has gone must not take the server with it.
  stream.on("error", () => {});
  let lost = 0;
  return (text) => {
    if (stream.writableLength > MAX_UNTAKEN) {
      lost++;
      return;
    }
    if (lost > 0) stream.write(`${lostSentence(lost)}\n`);
    lost = 0;
    stream.write(text);
  };
}

/** Node writes to a pipe and waits: a full pipe would stop every session. Undocumented, and harmless where it is missing. */
function unblock(stream: Writable): void {
  const { _handle: handle } = stream as Writable & { _handle?: { setBlocking?: (blocking: boolean) => unknown } };
  handle?.setBlocking?.(false);
}
