import { hasher } from "./local-hash.ts";
import type { ByteSource } from "@twinport/channel";
import type { HashAlgorithm } from "./local-hash.ts";
import type { Repeatable } from "./sources.ts";

/** A source that is hashed on its way, each byte once, however often it is read and from wherever. */
export function hashedSource(source: Repeatable, algorithm: HashAlgorithm): Repeatable {
  const hash = hasher(algorithm);
  let hashed = 0;
  let value: string | undefined;
  const from = (offset: number): ByteSource => {
    // What stands before the offset may not have been seen yet: an upload that is resumed begins behind it.
    let at = Math.min(offset, hashed);
    const inner = source.from(at);
    return {
      expected: source.size === undefined ? undefined : Math.max(0, source.size - offset),
      read: async (into) => {
        for (;;) {
          const count = await inner.read(into);
          const fresh = at + count - hashed;
          if (fresh > 0) hash.update(into.subarray(count - fresh, count));
          hashed = Math.max(hashed, at + count);
          const skipped = Math.min(count, Math.max(0, offset - at));
          at += count;
          if (skipped > 0) into.copyWithin(0, skipped, count);
          if (count === 0 || skipped < count) return count - skipped;
        }
      },
    };
  };
  return {
    size: source.size,
    modified: source.modified,
    canRepeat: source.canRepeat,
    from,
    close: () => source.close(),
    hash: async (asked) => (asked === algorithm ? (value ??= hash.value()) : undefined),
  };
}
