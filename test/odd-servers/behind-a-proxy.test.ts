// Passive mode through a proxy: the command connection's peer is the proxy, and nothing is to be told of that as if it
// were the server. No name is looked up here.
import net from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import { passive, tellPort } from "../testkit/scripted-ways.ts";
import type { ClientOptions, ClientWarning, TraceStep } from "@twinport/client";

/** A SOCKS5 proxy that takes every name, and every address, for this host. */
class Socks implements AsyncDisposable {
  /** `host:port`, as they were asked for. */
  readonly asked: string[] = [];
  readonly #server = net.createServer((socket) => this.#serve(socket.on("error", () => {})));
  readonly #sockets = new Set<net.Socket>();

  static async open(): Promise<Socks> {
    const socks = new Socks();
    socks.#server.listen({ host: "127.0.0.1", port: 0 });
    await once(socks.#server, "listening");
    return socks;
  }

  get url(): string {
    return `socks5://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: net.Socket): void {
    this.#sockets.add(socket);
    socket.once("data", () => {
      socket.write(Uint8Array.of(5, 0));
      socket.once("data", (request: Buffer) => {
        const isName = request[3] === 3;
        const port = request.readUInt16BE(request.length - 2);
        const host = isName ? request.subarray(5, -2).toString() : [...request.subarray(4, -2)].join(".");
        this.asked.push(`${host}:${port}`);
        const there = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true }, () => {
          socket.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
          socket.pipe(there).pipe(socket);
        });
        this.#sockets.add(there.on("error", () => socket.destroy()));
      });
    });
  }
}

const PASV = (address: string) => passive("works", (verb, port) => tellPort(verb, port, address));

test.each<[string, string, Partial<ClientOptions>, { dialed: string; warns: boolean }]>([
  ["a name", "192.0.2.77", { host: "ftp.example" }, { dialed: "ftp.example", warns: false }],
  ["an address", "192.0.2.77", { host: "198.51.100.7" }, { dialed: "198.51.100.7", warns: true }],
  ["the address that it tells", "198.51.100.7", { host: "198.51.100.7" }, { dialed: "198.51.100.7", warns: false }],
  [
    "a name, and another address is to be trusted",
    "192.0.2.77",
    { host: "ftp.example", allowSeparateTransferHost: true },
    { dialed: "192.0.2.77", warns: false },
  ],
])("a server that is known by %s", async (_name, told, options, { dialed, warns }) => {
  await using server = await ScriptedServer.start({
    files: { "/a.txt": "hello" },
    on: { EPSV: "502 no", PASV: PASV(told) },
  });
  await using proxy = await Socks.open();
  const trace: TraceStep[] = [];
  const warnings: ClientWarning[] = [];
  const client = await server.client({
    ...options,
    proxy: proxy.url,
    onTrace: (step) => trace.push(step),
    onWarning: (warning) => warnings.push(warning),
  });
  expect(Buffer.from(await client.readAll("/a.txt")).toString()).toBe("hello");
  expect(proxy.asked.map((asked) => asked.split(":")[0])).toEqual([options.host, dialed]);
  const dialing = trace.find(({ kind }) => kind === "data-dialing");
  expect(dialing).toMatchObject({ dialed: { address: dialed }, local: { port: 0 } });
  expect(trace.find(({ kind }) => kind === "data-connected")).toMatchObject({ peer: { address: dialed } });
  const replaced = warnings.filter(({ code }) => code === "passive-address-replaced");
  expect(replaced.map(({ facts }) => facts["dialed"])).toEqual(warns ? [dialed] : []);
});
