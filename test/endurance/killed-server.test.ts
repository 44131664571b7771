import { createHash, randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RawClient } from "../testkit/raw-client.ts";
import { ScratchFolder } from "../testkit/scratch-folder.ts";
import { ServerProcess, buildServer } from "../testkit/server-process.ts";
import { proving } from "../testkit/proving.ts";

const KILLS = proving ? 50 : 6;
const CLIENTS = 5;
const NAMES = 20;
const LARGEST = 3_000_000;
const quota = { bytes: 30_000_000, files: 30 };

beforeAll(buildServer);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

type Mode = "atomic" | "direct";

/** Nothing stands there. */
const ABSENT = "absent";
const stateOf = (content: Buffer | undefined): string => (content ? sha256(content) : ABSENT);

/** A name, and what may stand there. */
class Name {
  readonly name: string;
  readonly #folder: string;
  readonly #mode: Mode;
  content: Buffer | undefined;
  /** What may stand there: what was acknowledged last, or what somebody was doing since. */
  possible: Set<string> | "anything" = new Set([ABSENT]);
  /** What an unfinished upload may be the beginning of. */
  begun: Buffer[] = [];

  constructor(name: string, folder: string, mode: Mode) {
    this.name = name;
    this.#folder = folder;
    this.#mode = mode;
  }

  /** What is asked for, and not yet acknowledged. Straight into the file, its bytes may be any while they come. */
  mayBecome(content: Buffer | undefined, by: "upload" | "name"): void {
    if (by === "upload" && this.#mode === "direct") this.possible = "anything";
    else if (this.possible !== "anything") this.possible.add(stateOf(content));
  }

  is(content: Buffer | undefined): void {
    this.content = content;
    this.possible = new Set([stateOf(content)]);
  }

  get onDisk(): Buffer | undefined {
    return this.#read(this.name);
  }

  /** What ann may resume. */
  get unfinished(): Buffer | undefined {
    return this.#read(`.${this.name}.ann.part`);
  }

  #read(name: string): Buffer | undefined {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  }
}

interface Renaming {
  readonly from: Name;
  readonly to: Name;
  readonly content: Buffer;
}

/** Changes names of its own until the server is gone, each by what FTP has for it. */
class Changer {
  readonly #client: RawClient;
  readonly #names: readonly Name[];
  readonly #done: Map<string, number>;
  renaming: Renaming | undefined;

  constructor(client: RawClient, names: readonly Name[], done: Map<string, number>) {
    this.#client = client;
    this.#names = names;
    this.#done = done;
  }

  async run(): Promise<void> {
    const ways = [this.#store, this.#store, this.#append, this.#append, this.#restart, this.#rename, this.#delete];
    for (;;) await ways[randomInt(ways.length)]!.call(this);
  }

  get #any(): Name {
    return this.#names[randomInt(this.#names.length)]!;
  }

  async #store(): Promise<void> {
    const name = this.#any;
    const bytes = someBytes();
    name.begun.push(bytes);
    await this.#upload(name, `STOR ${name.name}`, bytes, bytes);
  }

  async #append(): Promise<void> {
    const name = this.#any;
    // With nothing there it would go on with what was cut off: that is the next one's.
    if (!name.content) return;
    const bytes = someBytes();
    await this.#upload(name, `APPE ${name.name}`, bytes, Buffer.concat([name.content, bytes]));
  }

  async #restart(): Promise<void> {
    const name = this.#any;
    if (name.content) {
      const at = randomInt(name.content.length + 1);
      const bytes = someBytes();
      await this.#client.ask(`REST ${at}`, 350);
      const whole = Buffer.concat([name.content.subarray(0, at), bytes]);
      // From the beginning it is an upload like any other, and may be resumed.
      if (at === 0) name.begun.push(bytes);
      return this.#upload(name, `STOR ${name.name}`, bytes, whole, "REST");
    }
    this.#client.say(`SIZE ${name.name}`);
    const { code, lines } = await this.#client.reply();
    if (code !== 213) return;
    const size = Number(lines[0]!.slice(4));
    const part = name.unfinished!;
    expect(size, `what is offered of ${name.name}`).toBe(part.length);
    const whole = name.begun.find((bytes) => bytes.subarray(0, size).equals(part))!;
    await this.#client.ask(`REST ${size}`, 350);
    await this.#upload(name, `STOR ${name.name}`, whole.subarray(size), whole, "resumed");
  }

  async #rename(): Promise<void> {
    const [from, to] = [this.#any, this.#any];
    if (from === to || !from.content) return;
    const { content } = from;
    await this.#client.ask(`RNFR ${from.name}`, 350);
    this.renaming = { from, to, content };
    from.mayBecome(undefined, "name");
    to.mayBecome(content, "name");
    await this.#client.ask(`RNTO ${to.name}`, 250);
    this.renaming = undefined;
    from.is(undefined);
    to.is(content);
    this.#count("RNTO");
  }

  async #delete(): Promise<void> {
    const name = this.#any;
    if (!name.content || randomInt(2) === 0) return;
    name.mayBecome(undefined, "name");
    await this.#client.ask(`DELE ${name.name}`, 250);
    name.is(undefined);
    this.#count("DELE");
  }

  async #upload(name: Name, line: string, bytes: Buffer, whole: Buffer, counts = line.slice(0, 4)): Promise<void> {
    name.mayBecome(whole, "upload");
    const data = await this.#client.transfer("passive", line);
    data.end(bytes);
    const { code } = await this.#client.reply();
    if (code !== 226) return;
    name.is(whole);
    name.begun = [];
    this.#count(counts);
    if (!data.closed) await Promise.race([once(data, "close"), once(this.#client.control, "close")]);
  }

  #count(what: string): void {
    this.#done.set(what, (this.#done.get(what) ?? 0) + 1);
  }
}

function someBytes(): Buffer {
  return randomBytes(randomInt(5) === 0 ? randomInt(LARGEST) : randomInt(20_000));
}

/** As the quota counts: the copy of a file that was being added to is nobody's. */
function countOnDisk(folder: string): { bytes: number; files: number } {
  const names = readdirSync(folder).filter((name) => !name.endsWith(".~copy.part"));
  return { bytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0), files: names.length };
}

function check(names: readonly Name[], changers: readonly Changer[], kill: number): void {
  for (const { renaming } of changers) {
    if (!renaming) continue;
    const { from, to, content } = renaming;
    expect([stateOf(from.onDisk), stateOf(to.onDisk)], `${from.name}, which was being renamed`).toContain(
      sha256(content),
    );
  }
  for (const name of names) {
    const stands = name.onDisk;
    if (name.possible !== "anything") {
      expect([...name.possible], `${name.name} after kill ${kill}`).toContain(stateOf(stands));
    }
    // What did not get as far as its acknowledgement may well have been done.
    name.is(stands);
    const part = name.unfinished;
    const isBeginning = !part || name.begun.some((bytes) => bytes.subarray(0, part.length).equals(part));
    expect(isBeginning, `what is unfinished of ${name.name} after kill ${kill} was sent as such`).toBe(true);
  }
}

test.each([
  ["atomic", "has lost nothing that it acknowledged, and offers nothing that was not sent"],
  ["direct", "has lost nothing but what was being written"],
] as const)(
  `killed ${KILLS} times in the middle of it, a server (%s) %s`,
  { timeout: 600_000 },
  async (mode, _says) => {
    await using scratch = new ScratchFolder();
    const folder = join(scratch.path, "served");
    mkdirSync(folder);
    const names = Array.from({ length: NAMES }, (_, i) => new Name(`${i}.bin`, folder, mode));
    const done = new Map<string, number>();
    for (let kill = 1; kill <= KILLS; kill++) {
      await using server = await ServerProcess.start({ folder, ...(mode === "atomic" && { atomic: true, quota }) });
      if (mode === "atomic") {
        expect((await server.look()).counted, "the quota counts what is there").toEqual(countOnDisk(folder));
      }
      const share = NAMES / CLIENTS;
      const changers = await Promise.all(
        Array.from({ length: CLIENTS }, async (_, i) => {
          const client = await RawClient.connect(server.address);
          await client.login({ user: "ann", password: "secret" });
          return new Changer(client, names.slice(i * share, (i + 1) * share), done);
        }),
      );
      let isKilled = false;
      const running = changers.map((changer) =>
        changer.run().catch((error: unknown) => {
          if (!isKilled) throw error;
        }),
      );
      const ended = Promise.all(running);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, randomInt(20, 400)))]);
      isKilled = true;
      await server.kill();
      await ended;
      check(names, changers, kill);
    }
    for (const way of ["STOR", "APPE", "REST", "RNTO", "DELE"]) expect(done.get(way), way).toBeGreaterThan(0);
    if (mode === "atomic" && proving) expect(done.get("resumed")).toBeGreaterThan(0);
  },
);
