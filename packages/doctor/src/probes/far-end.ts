import net from "node:net";
import { once } from "node:events";
import { ClientError } from "@twinport/client";
import { ChannelError, dialData, offerOnce, systemClock } from "@twinport/channel";
import { formatExtendedPort, formatFarEndRequest, formatHostPort, ip, parseFarEndReply } from "@twinport/protocol";
import type { Client } from "@twinport/client";
import type { FarEndReply, FarEndRequest, HostPort, ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, DialEnd, FarSight } from "../evidence.ts";
import type { Examination } from "./examination.ts";

/** Seconds for a dial of ours alone, and beside the server's. */
const ALONE_SECONDS = 2;
const BESIDE_SECONDS = 3;

/** Milliseconds by which our SYN is ahead: it opens the way for the server's. */
const AHEAD_MS = 100;

/** How a dial of ours ends, in the words of the evidence. */
const ends: Readonly<Record<string, DialEnd>> = { "dial-refused": "refused", "dial-silent": "silent" };

type ReplyOf<Kind extends FarEndReply["kind"]> = Extract<FarEndReply, { readonly kind: Kind }>;

/** A server at the far end that tells what it has seen (SITE DOCTOR), over a login of ours. */
export class FarEnd {
  readonly #client: Client;
  readonly #examination: Examination;
  readonly #control: AttemptEvidence["control"];

  private constructor(client: Client, examination: Examination, control: AttemptEvidence["control"]) {
    this.#client = client;
    this.#examination = examination;
    this.#control = control;
  }

  /** Undefined where the server is none of ours, or does not tell this user. */
  static async of(
    client: Client,
    examination: Examination,
    control: AttemptEvidence["control"],
  ): Promise<FarEnd | undefined> {
    const farEnd = new FarEnd(client, examination, control);
    const answer = await farEnd.#ask<"peer">({ kind: "peer" });
    if (!answer) return undefined;
    examination.notes.observed ??= answer.peer;
    return farEnd;
  }

  /** What the server has read and sent of the addresses of an attempt, beside what went out and came in here. */
  async noteHeard({ mode, told, modeReply }: AttemptEvidence): Promise<void> {
    const { notes } = this.#examination;
    const isOfServer = mode === "pasv";
    if (told?.address === undefined || (isOfServer ? notes.answered : notes.heard)) return;
    const answer = await this.#ask<"heard">({ kind: "heard" });
    if (isOfServer && answer?.told && modeReply) {
      notes.answered = { told: answer.told, heard: `${modeReply.code} ${modeReply.text}` };
    } else if (!isOfServer && answer?.heard) {
      notes.heard = { told: lineOf(mode, { address: ip(told.address), port: told.port }), heard: answer.heard };
    }
  }

  /** What has come to a passive port that was dialled in vain. */
  async arrivalAt(port: number): Promise<Pick<FarSight, "arrival" | "stranger">> {
    const answer = await this.#ask<"arrival">({ kind: "arrival", port });
    if (!answer) return {};
    const { arrival } = answer;
    return arrival === "stranger" ? { arrival, stranger: answer.address } : { arrival };
  }

  /** The server's dial to a port of ours once more: what it saw, and what we did. */
  async dialBack(): Promise<FarSight["dialBack"]> {
    const { activePorts: range } = this.#examination.connecting;
    let hasCompany = false;
    const offer = await offerOnce({
      ...this.#ends,
      ...{ timeout: 60, clock: systemClock },
      ...(range && { range }),
      onStranger: () => (hasCompany = true),
    }).catch(() => undefined);
    if (!offer) return undefined;
    try {
      const answer = await this.#ask<"dial">({ kind: "dial", port: offer.bound.port });
      return answer && { outcome: answer.outcome, arrived: hasCompany || offer.hasArrived };
    } finally {
      offer.withdraw();
    }
  }

  /**
   * Dials a port of the passive range that nobody listens at, alone, and then while the server dials us from there: what
   * each end lets out lets the other one in. It is of use where a dial alone is silent.
   */
  async punch(): Promise<FarSight["punch"]> {
    const first = await this.#ask<"reserve">({ kind: "reserve" });
    const alone = first && (await this.#freePort());
    if (!first || alone === undefined) return undefined;
    const solo = await this.#dial(alone, first.port, ALONE_SECONDS);
    if (solo !== "silent") return { direction: "out", solo, together: solo };
    const second = await this.#ask<"reserve">({ kind: "reserve" });
    const from = second && (await this.#freePort());
    if (!second || from === undefined) return undefined;
    const ours = this.#dial(from, second.port, BESIDE_SECONDS);
    await new Promise((resolve) => void setTimeout(resolve, AHEAD_MS));
    const theirs = await this.#ask<"dial">({ kind: "dial", port: from, from: second.port });
    const mine = await ours;
    if (!theirs) return undefined;
    const isConnected = mine === "connected" || theirs.outcome === "connected";
    return { direction: "out", solo, together: isConnected ? "connected" : theirs.outcome };
  }

  get #ends() {
    return { local: ip(this.#control.local.address), peer: ip(this.#control.peer.address) };
  }

  async #ask<Kind extends FarEndReply["kind"]>(
    request: FarEndRequest & { readonly kind: Kind },
  ): Promise<ReplyOf<Kind> | undefined> {
    const { signal } = this.#examination;
    // A login that is lost would be renewed by the question, and know nothing.
    if (this.#client.welcome === undefined || signal.aborted) return undefined;
    try {
      const reply = await this.#client.send(`SITE DOCTOR ${formatFarEndRequest(request)}`, { signal });
      const answer = reply.code === 200 ? parseFarEndReply(reply.lines.join(" ")) : undefined;
      return answer?.kind === request.kind ? (answer as ReplyOf<Kind>) : undefined;
    } catch (error) {
      if (error instanceof ClientError) return undefined;
      throw error;
    }
  }

  async #dial(fromPort: number, port: number, timeout: number): Promise<DialEnd> {
    const { local, peer } = this.#ends;
    const { signal } = this.#examination;
    try {
      const to = { address: peer, port };
      const patience = { timeout, clock: systemClock, signal };
      const connection = await dialData({ to, from: local, fromPort, role: "client", ...patience });
      connection.close();
      return "connected";
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      return ends[error.code] ?? "unreachable";
    }
  }

  /** A port of ours that nobody uses now. */
  async #freePort(): Promise<number | undefined> {
    const { address } = this.#control.local;
    const server = net.createServer().listen(0, address);
    try {
      await once(server, "listening");
      return (server.address() as net.AddressInfo).port;
    } catch {
      return undefined;
    } finally {
      server.close();
    }
  }
}

function lineOf(mode: ModeCommand, where: HostPort): string {
  return mode === "port" ? `PORT ${formatHostPort(where)}` : `EPRT ${formatExtendedPort(where)}`;
}
