import { ClientError } from "@twinport/client";
import { isPassive } from "@twinport/protocol";
import { FarEnd } from "./far-end.ts";
import { farSightOf } from "./far-sight.ts";
import { openControl, openSecured } from "./command-connection.ts";
import { plain, saidOf } from "./notes.ts";
import { targetOf } from "./target.ts";
import type { Client, TrialSeconds, TriedMode, TryModeOptions } from "@twinport/client";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, ControlEvidence, Family, TlsUse } from "../evidence.ts";
import type { Examination } from "./examination.ts";
import type { OpenedControl } from "./command-connection.ts";
import type { Sightings } from "./sightings.ts";
import type { Target } from "./target.ts";
import type { Turns } from "./turns.ts";

/** What the lanes of one family share. */
export interface LaneSetting {
  readonly examination: Examination;
  readonly family: Family;
  /** Of the server's passive ports: there may be one only. */
  readonly passive: Turns;
  /** What is known of this family by now. */
  readonly sightings: Sightings;
}

/** How an attempt is made. */
interface AttemptWish extends Partial<Omit<TryModeOptions, "signal" | "seconds">> {
  readonly purpose?: AttemptEvidence["purpose"];
  readonly seconds?: Partial<TrialSeconds>;
}

/** Milliseconds for which a lane waits for the other one's passive port before it does something else. */
const PATIENCE_MS = 1500;

/** Logins that one lane makes at the most: servers count them. */
const MOST_LOGINS = 4;

/** One use of TLS in one family: a login, and the modes one after the other on it. */
export class Lane {
  readonly tls: TlsUse;
  readonly setting: LaneSetting;
  readonly #left: ModeCommand[];
  /** What came of the command connection. */
  outcome = "";
  #client: Client | undefined;
  #opened: OpenedControl | undefined;
  #target: Target = { moves: "listing" };
  #logins = 0;
  /** Attempts on the login that stands. */
  #sinceLogin = 0;
  /** The server, where it is one of ours and tells what it sees. */
  #farEnd: FarEnd | undefined;

  /** @param left the modes to try, which may be taken by another lane as well */
  constructor(setting: LaneSetting, tls: TlsUse, left: ModeCommand[] = modesOf(setting)) {
    this.setting = setting;
    this.tls = tls;
    this.#left = left;
  }

  /** A second login for the same, which takes from what is left to try. */
  partner(): Lane {
    return new Lane(this.setting, this.tls, this.#left);
  }

  /** Whether something is left to try that needs no port of the server. */
  get hasActiveLeft(): boolean {
    return this.#left.some((mode) => !isPassive(mode));
  }

  /** Whether somebody is logged in. */
  get isIn(): boolean {
    return this.#client?.welcome !== undefined;
  }

  /** Connects and logs in; the evidence of it is noted. False where that did not succeed. */
  async open(onConnected?: () => void): Promise<boolean> {
    const { examination, family, sightings } = this.setting;
    const { tls } = this;
    examination.say({ family, tls, doing: "connect" });
    const wish = { family, ...(onConnected && { onConnected }) };
    const opened = await (tls === "off"
      ? openControl(examination, { ...wish, tls })
      : openSecured(examination, { ...wish, tls }));
    this.#note(opened.evidence);
    this.outcome = opened.evidence.outcome;
    this.#opened = opened;
    this.#client = opened.client;
    this.#logins++;
    if (!this.#client) return false;
    sightings.logins.add(tls);
    sightings.loginsNow++;
    await this.#whileStanding(async (client) => {
      this.#target = await targetOf(client, examination);
      const { local, peer } = opened.evidence;
      if (!local || !peer || examination.isProxied || sightings.isForeign) return;
      this.#farEnd = await FarEnd.of(client, examination, { local, peer });
      sightings.isForeign = this.#farEnd === undefined;
    });
    // A server that is silent when it is asked for a path may not be so without.
    return await this.#ready();
  }

  /** All modes that have not been tried, one after the other. */
  async tryModes(afterPassive: () => Promise<void>): Promise<void> {
    let wasPassive = false;
    while (this.#left.length > 0) {
      const mode = await this.#next();
      if (mode === undefined) return;
      try {
        if (!(await this.#ready())) return;
        await this.attempt(mode);
      } finally {
        if (isPassive(mode)) this.setting.passive.give();
      }
      wasPassive ||= isPassive(mode);
      if (wasPassive && !this.#left.some(isPassive)) {
        wasPassive = false;
        await afterPassive();
      }
    }
  }

  /** One attempt, noted; undefined where no login stands. */
  async attempt(mode: ModeCommand, wish: AttemptWish = {}): Promise<AttemptEvidence | undefined> {
    const { examination, sightings } = this.setting;
    const isTurn = (wish.purpose ?? "turn") === "turn";
    const first = await this.attemptUnnoted(mode, wish);
    // It may be allowed in another folder: what is refused by its path is not the mode's fault.
    const isRefused = first?.outcome === "refused" && first.connected && first.lastReply?.code === 550;
    const isElsewhere = isTurn && isRefused && this.#goElsewhere(first.lastReply);
    const again = isElsewhere && (await this.#ready()) ? await this.attemptUnnoted(mode, wish) : undefined;
    const tried = again ?? first;
    const seen = tried && isTurn && this.#farEnd ? await farSightOf(this.#farEnd, tried, sightings) : undefined;
    const evidence = tried && (seen ? { ...tried, seen } : tried);
    if (evidence) {
      examination.notes.attempts.push(evidence);
      sightings.take(evidence);
      if (this.#sinceLogin > 0 || sightings.loginsNow > 1) sightings.doubtful.add(evidence);
      this.#sinceLogin++;
    }
    return evidence;
  }

  /**
   * Where nothing comes through in either direction, both ends of one that tells what it sees dial each other: what each
   * lets out lets the other one in.
   */
  async punch(): Promise<void> {
    const { examination, sightings, family } = this.setting;
    const silent = sightings.all.find(({ mode, outcome }) => isPassive(mode) && outcome === "dial-silent");
    const isShut = sightings.all.every(({ connected }) => !connected);
    if (!this.#farEnd || !this.isIn || !silent || !isShut || sightings.hasPunched) return;
    sightings.hasPunched = true;
    examination.say({ family, tls: this.tls, doing: "far-end" });
    const punch = await this.#farEnd.punch();
    if (!punch) return;
    const known = { ...silent, seen: { ...silent.seen, punch } };
    sightings.replace(silent, known);
    examination.notes.replace(silent, known);
  }

  /** One attempt that tells something other than whether the mode works. */
  async attemptUnnoted(
    mode: ModeCommand,
    { purpose = "turn", ...wish }: AttemptWish = {},
  ): Promise<AttemptEvidence | undefined> {
    const { family, sightings, examination } = this.setting;
    const { tls } = this;
    examination.say({ family, tls, doing: purpose === "further-port" || purpose === "bulk" ? purpose : mode });
    const tried = await this.#try(mode, wish);
    if (purpose === "turn" && tried?.outcome === "moved") sightings.content ??= tried.content;
    return tried && evidenceOf(tried, { family, tls, purpose });
  }

  /** Does something with the server's passive ports to itself, where the mode needs one. */
  async inTurn(mode: ModeCommand, work: () => Promise<void>): Promise<void> {
    const { passive, examination } = this.setting;
    if (!isPassive(mode)) return await work();
    if (!(await passive.take(examination.left(), examination.signal))) return;
    try {
      await work();
    } finally {
      passive.give();
    }
  }

  /** What is in a folder, in a mode that works; where that connection is cut, it is evidence as a file's would be. */
  async listingOf(path: string, mode: ModeCommand): Promise<Uint8Array | undefined> {
    const { examination, sightings, family } = this.setting;
    const tried = await this.#try(mode, { moves: "listing", path });
    if (!tried || !isCutOff(tried)) return tried?.content;
    examination.notes.attempts.push(evidenceOf(tried, { family, tls: this.tls, purpose: "bulk" }));
    sightings.bulk[isPassive(mode) ? "passive" : "active"] = tried.outcome;
    return undefined;
  }

  /** From then on the root is listed; false where it is already. */
  #goElsewhere(reply: AttemptEvidence["lastReply"]): boolean {
    if (this.#target.path === "/") return false;
    this.#target = { moves: "listing", path: "/" };
    if (reply) this.setting.examination.notes.elsewhere = reply;
    return true;
  }

  /** Logs in again where the login was lost. */
  async ready(): Promise<boolean> {
    return await this.#ready();
  }

  /** Begins on a login that nothing was done on. */
  async renew(): Promise<boolean> {
    await this.close();
    this.#client = undefined;
    return await this.open();
  }

  /** What is moved by turns. */
  get target(): Target {
    return this.#target;
  }

  async close(): Promise<void> {
    const client = this.#client;
    if (!client || client.isClosed) return;
    this.setting.sightings.loginsNow--;
    if (this.#opened) this.#sharpen(this.#opened);
    await client.close();
  }

  async #try(mode: ModeCommand, wish: AttemptWish): Promise<TriedMode | undefined> {
    const { examination, sightings } = this.setting;
    const { signal } = examination;
    let tried: TriedMode | undefined;
    await this.#whileStanding(async (client) => {
      const seconds = { ...sightings.secondsOf(mode), ...wish.seconds };
      tried = await client.tryMode(mode, { ...this.#target, ...wish, seconds, signal });
    });
    return tried;
  }

  /** The next mode that is left, with its turn where that needs one. */
  async #next(): Promise<ModeCommand | undefined> {
    const { examination, passive, sightings } = this.setting;
    const { signal } = examination;
    if (signal.aborted) return undefined;
    if (this.#left.some(isPassive)) {
      const patience = sightings.isPassiveSlow ? 0 : PATIENCE_MS;
      const milliseconds = this.hasActiveLeft ? patience : examination.left();
      const hasTurn = await passive.take(milliseconds, signal);
      // A partner may have taken it meanwhile.
      const mode = hasTurn ? this.#takeLeft(isPassive) : undefined;
      if (mode !== undefined) return mode;
      if (hasTurn) passive.give();
    }
    return this.#takeLeft((mode) => !isPassive(mode));
  }

  #takeLeft(isMeant: (mode: ModeCommand) => boolean): ModeCommand | undefined {
    const at = this.#left.findIndex(isMeant);
    return at === -1 ? undefined : this.#left.splice(at, 1)[0];
  }

  async #ready(): Promise<boolean> {
    const client = this.#client;
    const { examination, family } = this.setting;
    const { signal } = examination;
    if (!client || signal.aborted) return false;
    if (this.isIn) return true;
    if (this.#logins >= MOST_LOGINS) return false;
    this.#logins++;
    try {
      await client.connect({ signal });
      this.#sinceLogin = 0;
      return true;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const reply = error.reply && { reply: saidOf(error.reply) };
      this.#note({ family, tls: this.tls, outcome: error.code, facts: plain(error.facts), ...reply });
      return false;
    }
  }

  /** The longer somebody talks, the better it is known how long an answer takes at the least. */
  #sharpen({ evidence, replyMs }: OpenedControl): void {
    const { controls } = this.setting.examination.notes;
    const at = controls.indexOf(evidence);
    const least = replyMs();
    if (at !== -1 && least !== undefined) controls.splice(at, 1, { ...evidence, replyMs: least });
  }

  /** Of several logins one tells enough; that another one fails is no word about the way there. */
  #note(control: ControlEvidence): void {
    const { controls } = this.setting.examination.notes;
    if (control.outcome === "stopped") return;
    const isKnown = controls.some(
      ({ family, tls, outcome }) => family === control.family && tls === control.tls && outcome === "ready",
    );
    if (!isKnown) controls.push(control);
    else if (control.outcome !== "ready") controls.push({ ...control, facts: { ...control.facts, after: "ready" } });
  }

  /** Does something on the login; one that is lost meanwhile is no error. */
  async #whileStanding(work: (client: Client) => Promise<void>): Promise<boolean> {
    if (!this.#client || !this.isIn) return false;
    try {
      await work(this.#client);
      return true;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return this.isIn;
    }
  }
}

/** The modes that the family can say, ours to dial first; a proxy can be dialled by nobody. */
function modesOf({ family, examination: { isProxied } }: LaneSetting): ModeCommand[] {
  const passive: ModeCommand[] = family === 4 || isProxied ? ["epsv", "pasv"] : ["epsv"];
  const active: ModeCommand[] = family === 4 ? ["port", "eprt"] : ["eprt"];
  return isProxied ? passive : [...passive, ...active];
}

/** A server may take its time for a list: only what has begun and was ended by somebody counts. */
function isCutOff({ outcome, bytes, data }: TriedMode): boolean {
  return data !== undefined && (outcome === "data-broken" || (outcome === "control-silent" && bytes > 0));
}

function evidenceOf(tried: TriedMode, about: Pick<AttemptEvidence, "family" | "tls" | "purpose">): AttemptEvidence {
  const { mode, outcome, seconds, bytes, control, told, dialed, data, dialMs, strangers, modeReply, lastReply } = tried;
  return {
    ...about,
    ...{ mode, outcome, bytes, control, strangers },
    ms: Math.round(seconds * 1000),
    connected: data !== undefined,
    facts: plain(tried.facts),
    ...(told && { told }),
    ...(dialed && { dialed }),
    ...(data && { data }),
    ...(dialMs !== undefined && { dialMs: Math.round(dialMs * 10) / 10 }),
    ...(modeReply && { modeReply: saidOf(modeReply) }),
    ...(lastReply && { lastReply: saidOf(lastReply) }),
  };
}
