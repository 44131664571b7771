import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own below the system's temporary one; it goes with `await using`. */
export class ScratchFolder {
  readonly path = mkdtempSync(join(tmpdir(), "twinport-"));

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
