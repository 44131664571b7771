import { SessionTickets, dialControl } from "@twinport/channel";
import { Conversation } from "./conversation.ts";
import { Features } from "./features.ts";
import { ClientError, said } from "./errors.ts";
import { clientErrorOf } from "./channel-failure.ts";
import { quirksOf } from "./quirks.ts";
import { setUp } from "./operations/know-system.ts";
import type { DialedControl, SecureFacts, SecureOptions } from "@twinport/channel";
import type { Reply, ModeCommand } from "@twinport/protocol";
import type { ClientContext } from "./context.ts";
import type { Quirks } from "./quirks.ts";

/** One command connection on which somebody is logged in, and what was agreed on there. */
export class Session {
  readonly conversation: Conversation;
  readonly welcome: Reply;
  readonly features: Features;
  /** What the data connections take up of the command connection's TLS; undefined where data goes in clear. */
  readonly dataTls: Pick<SecureOptions, "serverName" | "trust" | "tickets"> | undefined;
  /** TLS of the command connection. */
  readonly secured: SecureFacts | undefined;
  /** Modes whose command this server has refused. */
  readonly refusedModes = new Set<ModeCommand>();
  /** Ways to list that this server does not know. */
  readonly refusedListings = new Set<string>();
  /** Ports of the server that were dialled from the port beside the command connection's. */
  readonly dialedPorts = new Set<number>();
  /** The representation type that was last agreed on (TYPE). */
  type: "A" | "I" | undefined;
  /** A place to begin at was agreed on (REST), and no transfer has begun there since. */
  isRestarted = false;
  /** Where CWD has led, if it has. */
  folder: string | undefined;
  /** The port beside the command connection's was offered. */
  hasOffered = false;
  /** Something was done on it already: should it be gone, it may just have idled too long. */
  isUsed = false;
  /** What SYST says, once it was asked. */
  system: string | undefined;
  /** What is different with this server, as far as it has shown itself. */
  quirks: Quirks;

  constructor(parts: {
    conversation: Conversation;
    welcome: Reply;
    features: Features;
    dataTls: Session["dataTls"];
    secured: SecureFacts | undefined;
  }) {
    this.conversation = parts.conversation;
    this.welcome = parts.welcome;
    this.features = parts.features;
    this.dataTls = parts.dataTls;
    this.secured = parts.secured;
    this.quirks = quirksOf({ welcome: parts.welcome.lines.join(" "), system: undefined, features: parts.features });
  }

  get isUsable(): boolean {
    return this.conversation.isUsable;
  }

  /** The commands cannot be read on the way. */
  get isProtected(): boolean {
    return this.secured !== undefined;
  }

  /** Agrees on the type of what is transferred next, unless that is agreed on already. */
  async useType(type: "A" | "I" | "either", signal?: AbortSignal, seconds?: number): Promise<void> {
    const wanted = type === "either" ? (this.type ?? "A") : type;
    if (this.type === wanted) return;
    const patience = { signal, ...(seconds !== undefined && { seconds }) };
    const reply = await this.conversation.ask("TYPE", wanted, patience);
    if (reply.code >= 400) throw refused(`TYPE ${wanted}`, reply);
    this.type = wanted;
  }
}

/** A command that the server refuses, as an error. */
export function refused(command: string, reply: Reply): ClientError {
  const code = reply.code === 500 || reply.code === 502 || reply.code === 504 ? "not-supported" : "refused";
  return new ClientError(code, { command, said: said(reply) }, { reply });
}

/**
 * Connects and logs in.
 *
 * @throws {ClientError} `connect-*`, `name-not-found`, `proxy-failed`, `not-ftp`, `server-busy`, `login-refused`, `tls-*`,
 *   `certificate-refused`, `clear-behind-auth`, `connection-lost`, `timed-out`, `aborted`
 */
export async function openSession(context: ClientContext, signal: AbortSignal): Promise<Session> {
  const { settings, clock } = context;
  const viaFtp = settings.proxy?.kind === "user@host" ? settings.proxy : undefined;
  const where = { host: viaFtp?.host ?? settings.host, port: viaFtp?.port ?? settings.port };
  let control: DialedControl;
  try {
    control = await dialControl({
      ...where,
      ...(settings.family !== undefined && { family: settings.family }),
      ...(settings.localAddress && { localAddress: settings.localAddress }),
      connector: context.connector,
      timeout: settings.timeouts.connect,
      keepAlive: settings.keepAlive * 1000,
      clock,
      signal,
    });
  } catch (error) {
    throw clientErrorOf(error, where);
  }
  context.trace?.({ kind: "control-connected", local: control.local, peer: control.peer });
  const login = new Login(context, control, signal, where);
  try {
    return await login.run();
  } catch (error) {
    control.destroy();
    throw clientErrorOf(isSentAway(error) ? busy(error.reply, error) : error, where);
  }
}

/** A server that has no place for us may say so only when it knows who we are. */
function isSentAway(error: unknown): error is ClientError & { readonly reply: Reply } {
  return error instanceof ClientError && error.code === "connection-lost" && error.reply?.code === 421;
}

function busy(reply: Reply, cause?: unknown): ClientError {
  return new ClientError("server-busy", { said: said(reply) }, { reply, cause });
}

class Login {
  readonly #context: ClientContext;
  readonly #control: DialedControl;
  readonly #signal: AbortSignal;
  readonly #where: { host: string; port: number };
  readonly #secure: SecureOptions;
  #conversation!: Conversation;

  constructor(
    context: ClientContext,
    control: DialedControl,
    signal: AbortSignal,
    where: { host: string; port: number },
  ) {
    this.#context = context;
    this.#control = control;
    this.#signal = signal;
    this.#where = where;
    this.#secure = {
      serverName: where.host,
      trust: context.settings.trust,
      tickets: new SessionTickets(),
      timeout: context.settings.timeouts.connect,
      clock: context.clock,
      signal,
    };
  }

  async run(): Promise<Session> {
    const { settings } = this.#context;
    let secured: SecureFacts | undefined;
    if (settings.tls === "implicit") secured = await this.#secureControl();
    this.#conversation = new Conversation(this.#control, settings.names, this.#context);
    const welcome = await this.#greeting();
    if (settings.tls === "explicit" || settings.tls === "if-offered") secured = await this.#askForTls();
    await this.#introduce();
    const features = Features.of(await this.#ask("FEAT"));
    if (features.has("UTF8") && this.#conversation.speaksUtf8) await this.#ask("OPTS", "UTF8 ON");
    const protects = secured !== undefined && !settings.clearData;
    if (secured) await this.#protectData(protects);
    await this.#chooseFacts(features);
    const session = new Session({
      conversation: this.#conversation,
      welcome,
      features,
      secured,
      dataTls: protects ? this.#secure : undefined,
    });
    await setUp(session, this.#signal);
    return session;
  }

  #ask(word: string, argument?: string): Promise<Reply> {
    return this.#conversation.ask(word, argument, { signal: this.#signal });
  }

  async #greeting(): Promise<Reply> {
    const { settings, clock } = this.#context;
    const until = clock.now() + settings.timeouts.connect * 1000;
    for (;;) {
      const seconds = Math.max(0.001, (until - clock.now()) / 1000);
      let reply: Reply;
      try {
        reply = await this.#conversation.next({ seconds, signal: this.#signal });
      } catch (error) {
        throw this.#noGreeting(error);
      }
      // 120: ready in some minutes, and another greeting follows.
      if (reply.code >= 200 && reply.code < 300) return reply;
      if (reply.code >= 300) throw busy(reply);
    }
  }

  #noGreeting(error: unknown): unknown {
    if (!(error instanceof ClientError)) return error;
    const { lastReply, hasHeard } = this.#conversation;
    const { tls, timeouts } = this.#context.settings;
    const notFtp = (seen: string): ClientError =>
      new ClientError("not-ftp", { ...this.#where, seen }, { cause: error });
    if (error.code === "protocol-not-followed") return notFtp(String(error.facts["because"] ?? ""));
    if (error.code === "connection-lost" && lastReply === undefined) return notFtp("it closes without a greeting");
    if (error.code !== "timed-out") return error;
    if (lastReply) return busy(lastReply, error);
    if (hasHeard) return notFtp(`what it says is no greeting after ${timeouts.connect} s`);
    if (tls === "implicit") return notFtp("it says nothing");
    return notFtp("it says nothing (a server whose TLS is implicit waits for us to speak: ftps://)");
  }

  /** AUTH TLS (RFC 4217 §4). */
  async #askForTls(): Promise<SecureFacts | undefined> {
    let reply = await this.#ask("AUTH", "TLS");
    if (reply.code >= 500) reply = await this.#ask("AUTH", "SSL");
    if (reply.code >= 200 && reply.code < 400) {
      // Said in clear, and would be taken for something that was said under TLS (CVE-2011-0411 and its kind).
      if (this.#conversation.hasUnread) throw new ClientError("clear-behind-auth");
      return await this.#secureControl();
    }
    if (this.#context.settings.tls === "if-offered") {
      this.#context.warn({ code: "tls-not-offered", facts: { said: said(reply) } });
      return undefined;
    }
    throw new ClientError("tls-not-offered", { said: said(reply) }, { reply });
  }

  async #secureControl(): Promise<SecureFacts> {
    const secured = await this.#control.secure(this.#secure);
    this.#context.trace?.({ kind: "control-secured", protocol: secured.protocol, isResumed: secured.isResumed });
    return secured;
  }

  /** USER, PASS and ACCT, as far as the server asks for them (RFC 959 §5.4). */
  async #introduce(): Promise<void> {
    const { settings } = this.#context;
    const { user, password, account, proxy } = settings;
    const target = settings.port === 21 ? settings.host : `${settings.host}:${settings.port}`;
    if (proxy?.kind === "user@host" && proxy.user !== undefined) {
      const reply = await this.#logIn(proxy.user, proxy.password ?? "", undefined);
      if (reply.code >= 400)
        throw new ClientError("proxy-failed", { proxy: proxy.host, cause: said(reply) }, { reply });
    }
    const name = proxy?.kind === "user@host" ? `${user}@${target}` : user;
    const reply = await this.#logIn(name, password, account);
    if (reply.code >= 200 && reply.code < 300) return;
    const isBusy =
      reply.code === 421 || (reply.code === 530 && /too many|maximum|limit|try again later/i.test(said(reply)));
    if (isBusy) throw busy(reply);
    throw new ClientError("login-refused", { user: name, said: said(reply) }, { reply });
  }

  async #logIn(user: string, password: string, account: string | undefined): Promise<Reply> {
    let reply = await this.#ask("USER", user);
    if (reply.code === 331) reply = await this.#ask("PASS", password);
    if (reply.code === 332 && account !== undefined) reply = await this.#ask("ACCT", account);
    // 202: PASS or ACCT was not needed.
    return reply;
  }

  /** PBSZ and PROT (RFC 4217 §9): what was refused is not taken for granted. */
  async #protectData(protects: boolean): Promise<void> {
    const size = await this.#ask("PBSZ", "0");
    if (size.code >= 400 && protects)
      throw new ClientError("tls-failed", { cause: `PBSZ: ${said(size)}` }, { reply: size });
    const level = await this.#ask("PROT", protects ? "P" : "C");
    if (level.code >= 400 && (protects || level.code !== 536)) {
      throw new ClientError(
        "tls-failed",
        { cause: `data cannot be ${protects ? "protected" : "in clear"}: ${said(level)}` },
        { reply: level },
      );
    }
  }

  /** Some servers leave facts out unless they are asked for (RFC 3659 §7.9). */
  async #chooseFacts(features: Features): Promise<void> {
    const offered = features.of("MLST");
    if (offered === undefined) return;
    const facts = offered.split(";").filter((fact) => fact !== "");
    const wanted = /^(?:type|size|modify|perm|unique|unix\.(?:mode|owner|group|uid|gid))\*?$/i;
    const chosen = facts.filter((fact) => wanted.test(fact));
    if (chosen.every((fact) => fact.endsWith("*"))) return;
    await this.#ask("OPTS", `MLST ${chosen.map((fact) => `${fact.replace("*", "")};`).join("")}`);
  }
}
