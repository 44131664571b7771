import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** How a program ended and what it said. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how a program runs. */
export interface ProgramPlace {
  /** Its HOME and its working folder: nothing of this machine's user is read or written. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which it is killed (default 60). */
  readonly within?: number;
}

const alive = new Set<ChildProcessWithoutNullStreams>();
process.once("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/** A program that has been started; it never outlives its time, its `await using`, or the test's own process. */
export class RunningProgram {
  readonly outcome: Promise<Outcome>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #command: string;
  #stdout = "";
  #stderr = "";

  constructor(command: string, args: readonly string[], { home, env = {}, within = 60 }: ProgramPlace) {
    this.#command = [command, ...args].join(" ");
    this.#child = spawn(command, args, {
      cwd: home,
      env: { PATH: process.env["PATH"], HOME: home, TMPDIR: home, LC_ALL: "C.UTF-8", ...env },
    });
    alive.add(this.#child);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    // It may end without having read what it is told.
    this.#child.stdin.on("error", () => {});
    this.outcome = this.#run(within);
    // Whoever awaits it hears of a failure; a test that failed before needs no second one.
    this.outcome.catch(() => {});
  }

  /** Says something on its standard input. */
  write(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Says the last thing on its standard input. */
  end(text = ""): void {
    this.#child.stdin.end(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.outcome.catch(() => {});
  }

  async #run(seconds: number): Promise<Outcome> {
    let timeUp = false;
    const timer = setTimeout(() => {
      timeUp = true;
      this.#child.kill("SIGKILL");
    }, seconds * 1000);
    try {
      const [status, signal] = (await once(this.#child, "close")) as [number | null, NodeJS.Signals | null];
      const outcome = { status, signal, stdout: this.#stdout, stderr: this.#stderr };
      if (timeUp) throw new Error(`${this.#command}: not done in ${seconds} s\n${outcome.stdout}\n${outcome.stderr}`);
      return outcome;
    } finally {
      clearTimeout(timer);
      alive.delete(this.#child);
    }
  }
}
