import { deflateSync, inflateSync } from "node:zlib";
import { expect } from "vitest";
import { singleAccount, readOnlyPermissions } from "@twinport/accounts";
import { lookUpVerb, ruleOf } from "@twinport/protocol";
import { memoryStorage, uploadSink } from "@twinport/storage";
import { LoopbackServer } from "./loopback-server.ts";
import { serverCertificate } from "./certificates.ts";
import { spaceStorage } from "./space-storage.ts";
import { ManualClock } from "./manual-clock.ts";
import { ActivePeer } from "./wire-client.ts";
import type { DataPeer, WireClient } from "./wire-client.ts";
import type { TlsOptions } from "@twinport/server";
import type { MemoryStorageOptions, Storage } from "@twinport/storage";
import type { Transcript, TranscriptStep } from "./transcript.ts";

/** How the client's bytes are cut. */
export type Cut = "whole" | "byte by byte" | "with bare LF" | "pipelined and cut at random";

/** In transcripts ports are written thus; real ones are put in their place. */
const SERVERS = 50_012;
const CLIENTS = 50_000;
const CONTROL = 50_001;

/** Runs a transcript against a server of its own, and gives it as it came out: the server's lines are what it said. */
export async function replay(transcript: Transcript, cut: Cut, seed = 1): Promise<string[]> {
  const clock = new ManualClock();
  const { server: made, files } = transcript;
  const password = "secret";
  await using place = await LoopbackServer.start({
    accounts:
      made.permissions === "all"
        ? singleAccount({ name: "ann", password })
        : singleAccount({ name: "ann", password, permissions: readOnlyPermissions }),
    storage: storageOf(made.storage, { files, now: clock.now }),
    ...(made.hosts && { hosts: { "files.example.org": {}, "other.example.org": otherHost } }),
    clock,
    ...(made.tls !== "none" && { tls: tlsOf(made.tls), listen: [{ tls: listenerTls(made.tls) }] }),
    ...(!made.passive && { passive: false }),
    ...(!made.active && { active: false }),
  });
  const client = await place.connect();
  if (transcript.loggedIn) {
    await client.login();
    expect(await client.codes("TYPE A")).toEqual([200]);
  }
  const replayer = new Replayer(client, clock, cut, seed);
  try {
    return await replayer.run(transcript.steps);
  } finally {
    replayer.close();
  }
}

function tlsOf(kind: Transcript["server"]["tls"]): TlsOptions {
  const need = kind === "required" ? "required" : "optional";
  // Proof, so that what a transcript shows as taken up is.
  return { certificates: [serverCertificate()], login: need, data: need, sessionReuse: "require" };
}

function listenerTls(kind: Transcript["server"]["tls"]): "explicit" | "implicit" {
  return kind === "implicit" ? "implicit" : "explicit";
}

/** The host of a transcript that has hosts: other people, other files. */
const otherHost = {
  accounts: singleAccount<Storage>({ name: "bob", password: "secret" }),
  storage: memoryStorage({ files: { "/other.txt": "other" } }),
  banner: "The other host is ready.",
};

function storageOf(kind: Transcript["server"]["storage"], options: MemoryStorageOptions): Storage {
  if (kind === "sink") return uploadSink(({ stream }) => drained(stream));
  return kind === "space" ? spaceStorage(options) : memoryStorage(options);
}

async function drained(stream: ReadableStream<Uint8Array>): Promise<void> {
  for await (const chunk of stream) expect(chunk.length).toBeGreaterThan(0);
}

class Replayer {
  readonly #client: WireClient;
  readonly #clock: ManualClock;
  readonly #cut: Cut;
  readonly #random: (most: number) => number;
  readonly #said: string[] = [];
  #offered = 0;
  #listener: ActivePeer | undefined;
  readonly #told: number[] = [];
  #data: DataPeer | undefined;
  #received = 0;

  constructor(client: WireClient, clock: ManualClock, cut: Cut, seed: number) {
    this.#client = client;
    this.#clock = clock;
    this.#cut = cut;
    this.#random = randomFrom(seed);
  }

  async run(steps: readonly TranscriptStep[]): Promise<string[]> {
    for (let at = 0; at < steps.length;) {
      const step = steps[at]!;
      if (step.kind !== "client") {
        await this.#take(step);
        at++;
        continue;
      }
      const until = this.#cut === "pipelined and cut at random" ? endOfBatch(steps, at) : at + 1;
      const batch = steps.slice(at, until);
      const lines: string[] = [];
      for (const one of batch) if (one.kind === "client") lines.push(await this.#withRealPorts(one.line));
      await this.#send(lines);
      for (const one of batch) {
        if (one.kind === "client") this.#said.push(`C: ${one.line}`);
        else await this.#take(one);
      }
      at = until;
    }
    await this.#end();
    return this.#said;
  }

  close(): void {
    this.#data?.destroy();
    this.#client.destroy();
    this.#stopListening();
  }

  /** Nothing more is said than what is written. */
  async #end(): Promise<void> {
    const last = this.#said.findLast((line) => line.startsWith("S: ")) ?? "";
    if (/^S: [24]21 /.test(last)) {
      expect(await this.#client.line(), "after the last line the server closes").toBeUndefined();
    } else {
      this.#client.send("NOOP");
      expect(await this.#client.line(), "nothing is said behind the last line").toBe("200 Here.");
    }
  }

  async #take(step: TranscriptStep): Promise<void> {
    if (step.kind === "server") {
      const line = await this.#client.line();
      this.#said.push(line === undefined ? "(closed)" : `S: ${this.#withWrittenPorts(line)}`);
    } else if (step.kind === "clock") {
      this.#clock.advance(step.seconds * 1000);
      this.#said.push(`# clock: ${step.seconds} s`);
    } else if (step.kind === "tls") {
      await this.#client.secure();
      this.#said.push("# tls: begins");
    } else if (step.kind === "data") {
      const text = await this.#act(step.act, step.text);
      this.#said.push(`# data: ${step.act}${text === undefined ? "" : ` ${JSON.stringify(text)}`}`);
    }
  }

  async #act(act: Extract<TranscriptStep, { kind: "data" }>["act"], text: string): Promise<string | undefined> {
    switch (act) {
      case "connects":
        this.#use(await this.#client.connectTo(this.#offered));
        return undefined;
      case "connects by TLS":
        this.#use(this.#client.secureData(await this.#client.connectTo(this.#offered)));
        return undefined;
      case "accepts":
        this.#use(await this.#listener!.accept());
        return undefined;
      case "accepts by TLS":
        this.#use(this.#client.secureData(await this.#listener!.accept()));
        return undefined;
      case "refuses":
        this.#stopListening();
        return undefined;
      case "sends":
        this.#data!.send(text);
        return text;
      case "sends deflated":
        this.#data!.socket.write(deflateSync(text));
        return text;
      case "receives deflated": {
        const bytes = await this.#data!.bytes();
        this.#data!.end();
        return inflateSync(bytes).toString("utf8");
      }
      case "receives": {
        const bytes = await this.#data!.bytes();
        this.#data!.end();
        const since = bytes.subarray(this.#received).toString("utf8");
        this.#received = bytes.length;
        return since;
      }
      case "closes":
        this.#data!.end();
        return undefined;
      case "resets":
        this.#data!.reset();
        return undefined;
      case "is cut off":
        await this.#data!.over();
        this.#data!.destroy();
        return undefined;
    }
  }

  #use(data: DataPeer): void {
    this.#data = data;
    this.#received = 0;
  }

  #stopListening(): void {
    void this.#listener?.[Symbol.asyncDispose]().catch(() => {});
    this.#listener = undefined;
  }

  async #withRealPorts(line: string): Promise<string> {
    const written = `${CLIENTS >> 8},${CLIENTS & 255}`;
    if (!line.includes(written) && !line.includes(`|${CLIENTS}|`)) return line;
    this.#stopListening();
    this.#listener = await ActivePeer.listen();
    const { port } = this.#listener;
    this.#told.push(port);
    return line.replace(written, `${port >> 8},${port & 255}`).replace(`|${CLIENTS}|`, `|${port}|`);
  }

  #withWrittenPorts(line: string): string {
    const offered = /^229 .*\(\|\|\|(\d+)\|\)/.exec(line) ?? /^227 .*\((?:\d+,){4}(\d+),(\d+)\)/.exec(line);
    if (offered) this.#offered = offered[2] ? Number(offered[1]) * 256 + Number(offered[2]) : Number(offered[1]);
    return this.#told
      .reduce((text, port) => text.replace(portNamed(port), `port ${CLIENTS}`), line)
      .replace(`|||${this.#offered}|`, `|||${SERVERS}|`)
      .replace(`,${this.#offered >> 8},${this.#offered & 255})`, `,${SERVERS >> 8},${SERVERS & 255})`)
      .replace(portNamed(this.#offered), `port ${SERVERS}`)
      .replace(portNamed(this.#client.socket.localPort ?? 0), `port ${CONTROL}`);
  }

  async #send(lines: readonly string[]): Promise<void> {
    const end = this.#cut === "with bare LF" ? "\n" : "\r\n";
    const bytes = Buffer.from(lines.map((line) => line + end).join(""), "utf8");
    for (let at = 0; at < bytes.length;) {
      const size =
        this.#cut === "byte by byte" ? 1 : this.#cut.startsWith("pipe") ? 1 + this.#random(12) : bytes.length;
      await this.#write(bytes.subarray(at, (at += size)));
    }
  }

  /** Each piece alone: the server has had its turn before the next is sent. */
  async #write(piece: Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#client.socket.write(piece, () => setImmediate(resolve));
    });
  }
}

/** From a client's line to before the next step that a data connection has to do with. */
function endOfBatch(steps: readonly TranscriptStep[], from: number): number {
  if (movesData(steps[from]!)) return from + 1;
  let at = from + 1;
  for (; at < steps.length; at++) {
    const step = steps[at]!;
    if ((step.kind !== "client" && step.kind !== "server") || movesData(step)) break;
  }
  // Replies behind the last line of the batch may wait for what ends it.
  return at;
}

function movesData(step: TranscriptStep): boolean {
  if (step.kind !== "client") return false;
  const found = lookUpVerb(step.line.split(" ")[0] ?? "");
  return found.kind === "verb" && ruleOf(found.verb).channel !== undefined;
}

function randomFrom(seed: number): (most: number) => number {
  let random = seed;
  return (most) => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return (random >>> 16) % most;
  };
}

/** A port in a sentence; none before there is one. */
function portNamed(port: number): RegExp {
  return port === 0 ? /(?!)/ : new RegExp(`\\bport ${port}\\b`);
}
