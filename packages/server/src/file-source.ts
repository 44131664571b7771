import { ASCII_GROWTH, AsciiDecoder, AsciiEncoder } from "@twinport/protocol";
import { StorageError } from "@twinport/storage";
import type { ByteSink, ByteSource } from "@twinport/channel";
import type { ReadableFile, WritableFile } from "@twinport/storage";
import type { Part } from "./hash-file.ts";

/**
 * An opened file's bytes from one up to, and without, another, as they are. A file that has become shorter since it was
 * opened fails: the client would take what has come for the whole.
 */
export function imageSource(file: ReadableFile, { from, to }: Part, path: string): ByteSource {
  let at = from;
  const advance = (count: number): number => {
    if (count === 0 && at < to) throw new StorageError("io-failed", { operation: "read", path });
    at += count;
    return count;
  };
  return {
    expected: to - from,
    read(into) {
      // What is added behind the size at opening is not sent: the client was told that size.
      const left = to - at;
      if (left === 0) return 0;
      const count = file.readInto(left < into.length ? into.subarray(0, left) : into, at);
      return typeof count === "number" ? advance(count) : count.then(advance);
    },
  };
}

/**
 * An opened file's lines with CRLF (TYPE A). The file is read into the back half of the buffer that is to be filled:
 * what is written from its front can grow to twice as much and still not reach what has not been read yet.
 */
export function asciiSource(file: ReadableFile): ByteSource {
  const encoder = new AsciiEncoder();
  let at = 0;
  return {
    expected: undefined,
    read(into) {
      const raw = into.subarray(into.length - Math.floor(into.length / ASCII_GROWTH));
      const convert = (count: number): number => {
        at += count;
        return encoder.encode(raw.subarray(0, count), into);
      };
      const count = file.readInto(raw, at);
      return typeof count === "number" ? convert(count) : count.then(convert);
    },
  };
}

/** An upload's bytes as they are. */
export function imageSink(file: WritableFile): ByteSink {
  return { write: (bytes) => file.write(bytes) };
}

/** An upload's lines with LF (TYPE A). */
export function asciiSink(file: WritableFile): ByteSink {
  const decoder = new AsciiDecoder();
  let converted = new Uint8Array(0);
  return {
    write(bytes) {
      if (converted.length < bytes.length + 1) converted = new Uint8Array(bytes.length + 1);
      const count = decoder.decode(bytes, converted);
      return count === 0 ? undefined : file.write(converted.subarray(0, count));
    },
    end() {
      const rest = decoder.end();
      return rest.length === 0 ? undefined : file.write(rest);
    },
  };
}
