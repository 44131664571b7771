import { choosePassiveAddress, formatExtendedPort, formatHostPort } from "@twinport/protocol";
import { ClientError, said } from "./errors.ts";
import { Side } from "./fxp-side.ts";
import { algorithmsOf, remoteHash } from "./operations/hash.ts";
import { explain } from "./operations/not-found.ts";
import { fxpWays } from "./fxp-plan.ts";
import { followBoth } from "./fxp-exchange.ts";
import { childOf, rename } from "./operations/manage.ts";
import { freshPartName } from "./part-name.ts";
import { folderOf, modifiedOf, nameOf, sizeOf, statPath } from "./operations/stat.ts";
import { readPassiveReply } from "./data-channel.ts";
import { refused } from "./session.ts";
import { setModified } from "./operations/set-modified.ts";
import type { HostPort, Reply } from "@twinport/protocol";
import type { Client } from "./client.ts";
import type { ClientCore } from "./core.ts";
import type { FxpProtection, FxpRole, FxpWay } from "./fxp-plan.ts";
import type { Verify } from "./operations/verify.ts";

/** What can be asked of a transfer from server to server. */
export interface FxpOptions {
  readonly signal?: AbortSignal;
  /** The bytes may go in clear where the servers cannot agree on TLS (default false). */
  readonly clearData?: boolean;
  /** `size` (default), `hash` where both servers offer the same one, or nothing. */
  readonly verify?: Verify;
  /** Has it written under another name and renamed when it is whole: what stood there is lost for nothing less. */
  readonly atomic?: boolean;
  /** The new file gets the old one's time, where the server can (default true). */
  readonly preserveTime?: boolean;
  /** Seconds for the bytes to move (default: what 10,000 bytes a second take, and an hour where no size is known). */
  readonly seconds?: number;
}

/** A transfer from server to server that is done. */
export interface FxpResult {
  /** Bytes of the file, where either server told. */
  readonly size: number | undefined;
  readonly seconds: number;
  /** Who opened the port. */
  readonly passive: FxpRole;
  readonly protection: FxpProtection;
  /** What was compared. */
  readonly verified: string | undefined;
  /** The ways that failed before, in words. */
  readonly failed: readonly string[];
}

/** Bytes a second of a transfer that is given up for being too slow. */
const SLOWEST = 10_000;

/** Seconds for a transfer to come to its end, besides what its bytes take. */
const MARGIN = 60;

/** Seconds for a file whose size nobody tells. */
const SECONDS_UNKNOWN = 3600;

/**
 * Has two servers move a file between them: one opens a port (PASV, EPSV, CPSV), the other dials it (PORT, EPRT). No
 * byte of it comes by here. Both clients can be used again when it is over, whatever came of it.
 *
 * @throws {ClientError} `fxp-failed` if the servers do not connect to each other; `not-supported` if they cannot agree on
 *   how to protect the bytes; `refused`, `not-found`, `size-differs`, `hash-differs`, `connection-lost`, `aborted`
 */
export function fxp(
  from: Client,
  fromPath: string,
  to: Client,
  toPath: string,
  options: FxpOptions = {},
): Promise<FxpResult> {
  if (from === to) {
    const because = "is the same client twice: a server needs two connections to send to itself";
    return Promise.reject(new ClientError("option-not-valid", { option: "fxp", because }));
  }
  return inBothTurns(from.core, to.core, options.signal, async (signal) => {
    const source = new Side(from.core, fromPath);
    if (!options.atomic)
      return await new Crossing({ from: source, to: new Side(to.core, toPath) }, options, signal).run();
    const part = childOf(folderOf(toPath), freshPartName(nameOf(toPath)));
    let isOnlyOne = false;
    try {
      const result = await new Crossing({ from: source, to: new Side(to.core, part) }, options, signal).run();
      await rename(to.core, part, toPath, signal, () => (isOnlyOne = true));
      return result;
    } catch (error) {
      // Not by the caller's signal, which may be why we are here.
      if (!isOnlyOne) await to.core.ask("DELE", part, AbortSignal.timeout(5000)).catch(() => {});
      throw error;
    }
  });
}

const ranks = new WeakMap<ClientCore, number>();
let rank = 0;

function rankOf(core: ClientCore): number {
  const known = ranks.get(core) ?? ++rank;
  ranks.set(core, known);
  return known;
}

/** Takes both turns, always in the same order: two transfers in opposite directions would else wait for each other. */
function inBothTurns<Result>(
  one: ClientCore,
  other: ClientCore,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [first, second] = rankOf(one) < rankOf(other) ? [one, other] : [other, one];
  return first.inTurn(signal, (ofFirst) => second.inTurn(ofFirst, work));
}

/** Why one way has failed; another one may not. */
class WayShut extends Error {}

class Crossing {
  readonly #sides: Readonly<Record<FxpRole, Side>>;
  readonly #options: FxpOptions;
  readonly #signal: AbortSignal;

  constructor(sides: Readonly<Record<FxpRole, Side>>, options: FxpOptions, signal: AbortSignal) {
    this.#sides = sides;
    this.#options = options;
    this.#signal = signal;
  }

  async run(): Promise<FxpResult> {
    const { from, to } = this.#sides;
    const signal = this.#signal;
    const { clock } = from.core.context;
    const began = clock.now();
    await Promise.all([from.open(signal), to.open(signal)]);
    const size = await sizeOf(from.core, from.path, signal);
    // What is not there is heard of before something else is overwritten for it.
    if (size === undefined) await statPath(from.core, from.path, signal);
    const failed: string[] = [];
    for (const way of fxpWays(this.#sides, this.#options.clearData ?? false)) {
      await Promise.all([from.open(signal), to.open(signal)]);
      try {
        await this.#move(way, size);
      } catch (error) {
        if (!(error instanceof WayShut)) throw error;
        failed.push(`${this.#sides[way.passive].name} passive: ${error.message}`);
        continue;
      }
      const verified = await this.#verify(size);
      await this.#keepTime();
      const { passive, protection } = way;
      return { size, seconds: (clock.now() - began) / 1000, passive, protection, verified, failed };
    }
    throw new ClientError("fxp-failed", { from: from.name, to: to.name, tried: failed.join("; ") });
  }

  async #move(way: FxpWay, size: number | undefined): Promise<void> {
    const { from, to } = this.#sides;
    await from.session.useType("I", this.#signal);
    await to.session.useType("I", this.#signal);
    try {
      await this.#protect(way);
      await this.#connect(way);
      await this.#transfer(size);
    } finally {
      await this.#unprotect(way);
    }
  }

  /** PROT C for bytes in clear (RFC 4217 §9), or who plays TLS's client. */
  async #protect({ protection, sscn }: FxpWay): Promise<void> {
    if (protection === "clear") {
      for (const side of this.#protecting) await this.#demand(side, "PROT", "C");
    }
    if (sscn) await this.#demand(this.#sides[sscn], "SSCN", "ON");
  }

  /** As it was: what would not be is left. */
  async #unprotect({ protection, sscn }: FxpWay): Promise<void> {
    if (protection === "clear") for (const side of this.#protecting) await this.#putBack(side, "PROT", "P");
    if (sscn) await this.#putBack(this.#sides[sscn], "SSCN", "OFF");
  }

  get #protecting(): Side[] {
    return Object.values(this.#sides).filter(({ session }) => session.dataTls !== undefined);
  }

  async #putBack(side: Side, word: string, argument: string): Promise<void> {
    if (!side.session.isUsable) return;
    try {
      // Not by the caller's signal, which may be why we are here.
      const reply = await side.ask(word, argument, AbortSignal.timeout(5000));
      if (reply.code >= 400) side.leave();
    } catch {
      side.leave();
    }
  }

  async #demand(side: Side, word: string, argument: string): Promise<void> {
    const reply = await side.ask(word, argument, this.#signal);
    if (reply.code >= 400) throw new WayShut(`${side.name} refuses ${word} ${argument}: ${said(reply)}`);
  }

  async #connect(way: FxpWay): Promise<void> {
    const passive = this.#sides[way.passive];
    const active = this.#sides[way.passive === "from" ? "to" : "from"];
    const where = await this.#openPort(passive, way.protection === "cpsv");
    const extended = ["EPRT", formatExtendedPort(where)] as const;
    const ways = where.address.family === 4 ? [["PORT", formatHostPort(where)] as const, extended] : [extended];
    await firstKnown(active, ways, this.#signal);
  }

  async #openPort(side: Side, isCpsv: boolean): Promise<HostPort> {
    const { conversation } = side.session;
    const { peerAddress, isProxied } = conversation.control;
    if (side.session.quirks.wantsPret) {
      const verb = side === this.#sides.from ? "RETR" : "STOR";
      await side.ask("PRET", `${verb} ${side.path}`, this.#signal);
    }
    const words = isCpsv ? ["CPSV"] : peerAddress.family === 6 ? ["EPSV"] : ["PASV", "EPSV"];
    const reply = await firstKnown(
      side,
      words.map((word) => [word, undefined] as const),
      this.#signal,
    );
    const told = readPassiveReply(reply);
    if (!told) throw new WayShut(`${side.name} tells no port: ${said(reply)}`);
    if (!told.address) {
      if (isProxied) throw new WayShut(`${side.name} tells no address, and behind a proxy we see none`);
      return { address: peerAddress, port: told.port };
    }
    if (isProxied) return { address: told.address, port: told.port };
    const { allowSeparateTransferHost } = side.core.context.settings;
    const view = { replied: told.address, controlPeer: peerAddress, trustReply: allowSeparateTransferHost };
    return { address: choosePassiveAddress(view).value, port: told.port };
  }

  async #transfer(size: number | undefined): Promise<void> {
    const { from, to } = this.#sides;
    const patience = this.#options.seconds ?? (size === undefined ? SECONDS_UNKNOWN : MARGIN + size / SLOWEST);
    const outcome = await followBoth(this.#sides, {
      seconds: patience,
      clock: from.core.context.clock,
      signal: this.#signal,
    });
    for (const role of outcome.due) await this.#sides[role].abandon();
    switch (outcome.kind) {
      case "done":
        return;
      case "shut":
        throw new WayShut(`${this.#sides[outcome.by].name}: ${outcome.why}`);
      case "refused":
        throw await this.#refusal(outcome.by, outcome.reply);
      case "lost":
        // Some servers leave when TLS between the two does not come about (vsftpd, pure-ftpd).
        throw new WayShut(`${this.#sides[outcome.by].name}: ${outcome.why}`);
      case "timed-out":
        throw new ClientError("timed-out", { what: `the transfer from ${from.name} to ${to.name}`, seconds: patience });
      case "aborted":
        throw new ClientError("aborted", {}, { cause: this.#signal.reason });
    }
  }

  async #refusal(by: FxpRole, reply: Reply): Promise<unknown> {
    const { core, path, name } = this.#sides[by];
    const error = refused(`${by === "from" ? "RETR" : "STOR"} ${path} at ${name}`, reply);
    return by === "from" ? await explain(core, error, path, this.#signal) : error;
  }

  async #verify(size: number | undefined): Promise<string | undefined> {
    const { to } = this.#sides;
    const { verify = "size" } = this.#options;
    if (verify === "nothing") return undefined;
    const got = size === undefined ? undefined : await sizeOf(to.core, to.path, this.#signal);
    if (size !== undefined && got !== undefined && got !== size) {
      throw new ClientError("size-differs", { path: `${to.path} at ${to.name}`, expected: size, got });
    }
    const hashed = verify === "hash" ? await this.#compareHashes(size) : undefined;
    return hashed ?? (got === undefined ? undefined : "size");
  }

  async #compareHashes(size: number | undefined): Promise<string | undefined> {
    const { from, to } = this.#sides;
    const offered = algorithmsOf(to.session);
    for (const algorithm of algorithmsOf(from.session).filter((one) => offered.includes(one))) {
      const [expected, got] = await Promise.all(
        [from, to].map(({ core, path }) => remoteHash(core, path, { algorithm, size }, this.#signal)),
      );
      if (!expected || !got) continue;
      if (expected.value === got.value) return algorithm;
      const facts = { path: `${to.path} at ${to.name}`, algorithm, expected: expected.value, got: got.value };
      throw new ClientError("hash-differs", facts);
    }
    to.core.context.warn({ code: "hash-not-offered", facts: { path: to.path } });
    return undefined;
  }

  async #keepTime(): Promise<void> {
    if (this.#options.preserveTime === false) return;
    const { from, to } = this.#sides;
    const modified = await modifiedOf(from.core, from.path, this.#signal);
    if (modified) await setModified(to.core, to.path, modified.at, this.#signal);
  }
}

/** The reply to the first of these that the server knows and does. */
async function firstKnown(
  side: Side,
  ways: readonly (readonly [string, string | undefined])[],
  signal: AbortSignal,
): Promise<Reply> {
  const refusals: string[] = [];
  for (const [word, argument] of ways) {
    const reply = await side.ask(word, argument, signal);
    if (reply.code < 300) return reply;
    refusals.push(`${side.name} refuses ${word}: ${said(reply)}`);
  }
  throw new WayShut(refusals.join(", "));
}
