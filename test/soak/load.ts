import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Dice } from "./dice.ts";
import { deeds, throwFor } from "./deeds.ts";
import type { Ledger } from "./ledger.ts";
import type { SoakServer } from "./soak-server.ts";
import type { Deed, Spot, Steady } from "./spot.ts";

/** What the workers work with. */
export interface LoadParts {
  readonly seed: number;
  readonly server: SoakServer;
  readonly home: string;
  readonly ledgers: Readonly<Record<"ann" | "bob" | "eve", Ledger>>;
  readonly steady: readonly Steady[];
  /** The file with the certificate that vouches for the server. */
  readonly ca: string;
  readonly certificate: string;
}

const WORKERS = 5;

/** More problems than these are not worth waiting for. */
const MOST_PROBLEMS = 20;

/** Clients that come and go, a few at a time; what each worker does next is decided by its own dice. */
export class Load {
  readonly operations = new Map<string, number>();
  /** The same, by how TLS began. */
  readonly ways = new Map<string, number>();
  /** What was made to fail, and did. */
  readonly expected = new Map<string, number>();
  /** What failed, although nothing was done to it. */
  readonly problems: string[] = [];
  readonly #parts: LoadParts;
  readonly #say: (line: string) => void;
  readonly #workers: readonly Worker[];

  constructor(parts: LoadParts, say: (line: string) => void) {
    this.#parts = parts;
    this.#say = say;
    this.#workers = Array.from({ length: WORKERS }, (_, number) => ({
      number,
      dice: new Dice(`${parts.seed} worker ${number}`),
      // Each deed is done once before chance decides.
      first: deeds.filter((_deed, index) => index % WORKERS === number),
    }));
    for (const { number } of this.#workers) mkdirSync(this.#homeOf(number));
  }

  get count(): number {
    return [...this.operations.values()].reduce((sum, one) => sum + one, 0);
  }

  /** Runs for so many seconds; then all clients are gone. */
  async run(seconds: number): Promise<void> {
    const until = Date.now() + seconds * 1000;
    await Promise.all(
      this.#workers.map(async (worker) => {
        while (Date.now() < until && this.problems.length < MOST_PROBLEMS) await this.#next(worker);
      }),
    );
  }

  #homeOf(number: number): string {
    return join(this.#parts.home, `worker-${number}`);
  }

  async #next({ number, dice, first }: Worker): Promise<void> {
    const { server, ledgers, steady, ca, certificate } = this.#parts;
    const { deed, tls, user, way } = throwFor(dice, first.shift());
    const spot: Spot = {
      ...{ begins: tls, user, way, dice, steady, ca: certificate },
      ...(tls !== "off" && { tls: { begins: tls, ca } }),
      password: "secret",
      address: "127.0.0.1",
      port: tls === "implicit" ? server.implicitPort : server.port,
      plainPort: server.port,
      folder: "",
      home: this.#homeOf(number),
      ledger: ledgers[user],
      prefix: `w${number}`,
      expected: (what) => count(this.expected, what),
    };
    count(this.operations, deed.name);
    count(this.ways, tls);
    try {
      await deed.run(spot);
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const problem = `worker ${number}: ${deed.name}, ${user}, ${way.verb}, TLS ${tls}: ${said}`;
      this.problems.push(problem);
      this.#say(problem);
    }
  }
}

interface Worker {
  readonly number: number;
  readonly dice: Dice;
  readonly first: Deed[];
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
