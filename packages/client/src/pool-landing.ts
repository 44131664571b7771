import { stat } from "node:fs/promises";
import { openTarget } from "./targets.ts";
import type { ByteSink } from "@twinport/channel";
import type { DownloadTarget, Receiver } from "./targets.ts";

/** The target of one download over several connections: what was written there is gone on with, and never given twice. */
export class Landing {
  readonly #target: DownloadTarget;
  readonly #resume: boolean;
  #stream: Receiver | undefined;
  #hasBegun = false;
  #given = 0;

  /** @param resume goes on with what an earlier program has left */
  constructor(target: DownloadTarget, resume: boolean) {
    this.#target = target;
    this.#resume = resume;
  }

  /**
   * A receiver for the next attempt; undefined where it would have to take back what was given.
   *
   * @param isSame the remote file is still the one of which a part is there
   */
  async receiver(isSame: boolean): Promise<Receiver | undefined> {
    if (typeof this.#target !== "string") {
      if (this.#given > 0 && !isSame) return undefined;
      return this.#counted((this.#stream ??= openTarget(this.#target, { resume: false })), { isStream: true });
    }
    if (this.#given > 0 && !(await isPlainFile(this.#target))) return undefined;
    const resume = this.#hasBegun ? isSame && this.#given > 0 : this.#resume;
    return this.#counted(openTarget(this.#target, { resume }), { isStream: false });
  }

  /** No attempt will follow. */
  async giveUp(error: unknown): Promise<void> {
    await this.#stream?.abandon(error);
  }

  #counted(receiver: Receiver, { isStream }: { isStream: boolean }): Receiver {
    return {
      ...receiver,
      begin: async (remote) => {
        const there = await receiver.begin(remote);
        this.#hasBegun = true;
        return isStream ? this.#given : there;
      },
      sink: (offset) => this.#countedSink(receiver.sink(offset)),
      canRewind: (offset) => receiver.canRewind(offset),
      commit: (modified, signal) => receiver.commit(modified, signal),
      // A stream may still be gone on with.
      abandon: async (error) => (isStream ? undefined : await receiver.abandon(error)),
    };
  }

  #countedSink(sink: ByteSink): ByteSink {
    return {
      ...sink,
      write: async (bytes) => {
        // Before it is done: what a stream was handed it has, also when nobody waits for it any more.
        this.#given += bytes.length;
        await sink.write(bytes);
      },
    };
  }
}

/** What is not there yet will be a file; a pipe or a device is written to as it stands. */
async function isPlainFile(path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there === undefined || there.isFile();
}
