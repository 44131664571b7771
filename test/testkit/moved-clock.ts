import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";

/** libfaketime of Debian, on the machines that have it. */
const libraries = ["x86_64", "aarch64"].map((cpu) => `/usr/lib/${cpu}-linux-gnu/faketime/libfaketime.so.1`);

/**
 * The clock of other programs, which can be moved while they run. Only what day it is moves: time-outs, which count
 * from the system's start, go on as they are.
 */
export class MovedClock {
  /** What those programs are started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
    this.env = {
      LD_PRELOAD: libraries.find((path) => existsSync(path)) ?? "",
      FAKETIME_TIMESTAMP_FILE: file,
      // Else it looks every ten seconds.
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
    };
  }

  /** @param file where the time is written for them */
  static async start(file: string): Promise<MovedClock> {
    const clock = new MovedClock(file);
    await clock.moveTo(0);
    return clock;
  }

  /** So many hours from now. */
  async moveTo(hours: number): Promise<void> {
    await writeFile(this.#file, `+${hours * 3600}\n`);
  }
}
