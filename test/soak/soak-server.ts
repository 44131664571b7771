import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inTime } from "../testkit/in-time.ts";
import type { ChildProcess } from "node:child_process";
import type { PortRange } from "@twinport/channel";
import type { ServerUsage } from "@twinport/server";

const script = fileURLToPath(new URL("soak-server.mjs", import.meta.url));

/** Whose files are where: ann's uploads are atomic, bob's direct, and of eve's storage some acts fail. */
export interface SoakServerOptions {
  readonly folders: Readonly<Record<"ann" | "bob" | "eve", string>>;
  readonly ports: PortRange;
  readonly tls: { readonly cert: string; readonly key: string };
}

/** What the server says of itself, after it has collected its garbage. */
export interface SoakLook {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
  readonly usage: ServerUsage;
  /** Timers of its clock that stand. */
  readonly timers: number;
  /** Files that the failing storage has opened and nobody has ended. */
  readonly openedByEve: number;
  /** How many there are of each kind. */
  readonly descriptors: Readonly<Record<string, number>>;
  /** What keeps the process alive, in Node's words. */
  readonly resources: readonly string[];
  readonly sessions: number;
  readonly transfers: Readonly<Record<string, number>>;
  readonly warnings: Readonly<Record<string, number>>;
  /** Warnings that nothing in the load explains. */
  readonly failures: readonly string[];
}

/** Our server in a process of its own, which tells what it has open. */
export class SoakServer {
  readonly port: number;
  readonly implicitPort: number;
  /** How the process ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #asked = 0;
  /** What the process had to say of its end. */
  #complaints = "";

  private constructor(child: ChildProcess, [port = 0, implicitPort = 0]: readonly number[], ended: Promise<string>) {
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#complaints += text));
    this.port = port;
    this.implicitPort = implicitPort;
    this.ended = ended;
  }

  static async start(options: SoakServerOptions): Promise<SoakServer> {
    const child = fork(script, [JSON.stringify(options)], {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "inherit", "pipe", "ipc"],
    });
    const ended = once(child, "exit").then(([status, signal]) => `status ${String(status)}, signal ${String(signal)}`);
    const { ports } = (await answerOf(child, 0, ended)) as { readonly ports: readonly number[] };
    return new SoakServer(child, ports, ended);
  }

  async look(): Promise<SoakLook> {
    return (await this.#ask("look")) as SoakLook;
  }

  /** Closes the server, and says what is left when nothing should be. */
  async close(): Promise<string[]> {
    const { timers, resources } = (await this.#ask("close")) as Pick<SoakLook, "timers" | "resources">;
    this.#child.disconnect();
    const how = await inTime("the closed server's process ends by itself", this.ended, 5).catch(String);
    const isEnded = how === "status 0, signal null";
    return [
      ...(timers === 0 ? [] : [`${timers} timers stand after the server was closed`]),
      ...(isEnded ? [] : [`after close: ${how}; alive by ${resources.join(" ")}\n${this.#complaints}`]),
    ];
  }

  /** Two may be asked at the same time: each has its own answer. */
  #ask(asked: "look" | "close"): Promise<unknown> {
    const number = ++this.#asked;
    const answer = answerOf(this.#child, number, this.ended);
    this.#child.send({ asked, number });
    return answer;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    return this.ended.then(() => {});
  }
}

interface Answer {
  readonly number: number;
  readonly answer: unknown;
}

async function answerOf(child: ChildProcess, number: number, ended: Promise<string>): Promise<unknown> {
  let hear = (_message: Answer): void => {};
  const answered = new Promise<unknown>((resolve) => {
    hear = (message) => {
      if (message.number === number) resolve(message.answer);
    };
    child.on("message", hear);
  });
  const died = ended.then((how) => {
    throw new Error(`the server's process has ended: ${how}`);
  });
  try {
    return await inTime("the server says what it has open", Promise.race([answered, died]), 20);
  } finally {
    child.off("message", hear);
  }
}
