import fs from "node:fs";

/** Closes what is given up because something else has failed: that is what shall be heard of. */
export function closeQuietly(descriptor: number): void {
  try {
    fs.closeSync(descriptor);
  } catch {
    // It is closed all the same.
  }
}
