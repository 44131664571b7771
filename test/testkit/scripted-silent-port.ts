import net from "node:net";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Listens, and then sleeps for good: nobody accepts, and the queue of the kernel fills. */
const listener = `
  const { parentPort, workerData } = require("node:worker_threads");
  const server = require("node:net").createServer();
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => { Atomics.wait(new Int32Array(workerData), 0, 0); process.exit(); });
  });
`;

/** More connections than a queue of one takes. */
const MOST = 8;

/** A port of which nothing is heard, as behind a firewall that drops: its queue is full, and the kernel drops each SYN. */
export class SilentPort implements AsyncDisposable {
  readonly port: number;
  readonly #worker: Worker;
  readonly #flag: Int32Array;
  readonly #held: net.Socket[] = [];

  private constructor(port: number, worker: Worker, flag: Int32Array) {
    this.port = port;
    this.#worker = worker;
    this.#flag = flag;
  }

  /** @throws Error where this kernel lets everybody in */
  static async open(): Promise<SilentPort> {
    const shared = new SharedArrayBuffer(4);
    const worker = new Worker(listener, { eval: true, workerData: shared });
    const [port] = (await once(worker, "message")) as [number];
    const silent = new SilentPort(port, worker, new Int32Array(shared));
    for (let i = 0; i < MOST; i++) if (!(await silent.#lets())) return silent;
    await silent[Symbol.asyncDispose]();
    throw new Error("the kernel does not drop connections to a full queue");
  }

  async #lets(): Promise<boolean> {
    const socket = net.connect({ host: "127.0.0.1", port: this.port });
    socket.on("error", () => {});
    this.#held.push(socket);
    return await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), 100);
      socket.once("connect", () => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Atomics.store(this.#flag, 0, 1);
    Atomics.notify(this.#flag, 0);
    for (const socket of this.#held) socket.destroy();
    await this.#worker.terminate();
  }
}
