/**
 * Reads the SHA-256 of a certificate, in hex of any case, with colons between the bytes or without; undefined for anything
 * else. What is read is as Node writes it: in capitals, with colons.
 */
export function parseFingerprint(written: string): string | undefined {
  if (!/^(?:[\da-f]{64}|[\da-f]{2}(?::[\da-f]{2}){31})$/i.test(written)) return undefined;
  return written
    .replaceAll(":", "")
    .toUpperCase()
    .replace(/..(?!$)/g, "$&:");
}
