import { isPassive } from "@twinport/protocol";
import { ClientError } from "./errors.ts";
import { closeDoor, openDoor } from "./data-channel.ts";
import { exchange } from "./exchange.ts";
import { refused } from "./session.ts";
import type { ModeCommand } from "@twinport/protocol";
import type { Budget, Door } from "./data-channel.ts";
import type { ClientContext } from "./context.ts";
import type { ExchangeOutcome, ExchangePatience } from "./exchange-outcome.ts";
import type { Pace } from "./pace.ts";
import type { Session } from "./session.ts";
import type { TransferPlan } from "./transfer-plan.ts";

/** What one attempt at a transfer is given. */
export interface AttemptTerms {
  readonly plan: TransferPlan;
  readonly pace: Pace;
  /** No other mode is left. */
  readonly isLast: boolean;
  /** The server's address has let a SYN go unanswered. */
  readonly wasSilent: boolean;
  /** The mode has moved bytes before. */
  readonly isProven: boolean;
  /** What is left of the search. */
  readonly secondsLeft: number;
  readonly signal: AbortSignal;
}

/** Bytes a second of the slowest line that an upload's last bytes may be on. */
const SLOWEST = 64 * 1024;

/** Bytes that the systems of both ends hold back. */
const HELD_BACK = 4 * 1024 * 1024;

/** Of the mode's commands nobody has heard the answer: the connection was lost, or has gone silent. */
export type Unheard = "unheard";

/** One mode, from its command to the last reply. */
export async function attemptTransfer(
  context: ClientContext,
  session: Session,
  mode: ModeCommand,
  terms: AttemptTerms,
): Promise<ExchangeOutcome | Unheard> {
  const { plan, signal } = terms;
  const budget = budgetOf(context, session, terms);
  try {
    await session.useType(plan.type, signal, budget.reply);
    const pret = isPassive(mode) && (await announce(session, terms, budget));
    if (pret) return pret;
    const door = await openDoor(context, session, mode, budget, signal);
    if (door.kind === "shut") {
      const { failure, facts, reply } = door;
      return { kind: "failed", failure, facts, reply, moved: 0, control: "clean" };
    }
    await restart(session, door, terms, budget);
    const outcome = await exchange(context, session, door, plan, budget, signal);
    if (outcome.kind === "done") session.isRestarted = false;
    return outcome;
  } catch (error) {
    if (signal.aborted) return { kind: "stopped", error, control: "busy", moved: 0 };
    if (!session.isUsable && error instanceof ClientError) return "unheard";
    throw error;
  }
}

/** Tells a server that wants to know what its port will be for (PRET); gives its refusal of that. */
export async function announce(
  session: Session,
  { plan, signal }: Pick<AttemptTerms, "plan" | "signal">,
  budget: Pick<Budget, "reply">,
): Promise<ExchangeOutcome | undefined> {
  if (!session.quirks.wantsPret) return undefined;
  const what = plan.argument === undefined ? plan.verb : `${plan.verb} ${plan.argument}`;
  const reply = await session.conversation.ask("PRET", what, { seconds: budget.reply, signal });
  // What is wrong with the file is told here already; one that does not know the command does not need it.
  const isAboutFile = reply.code >= 400 && reply.code !== 500 && reply.code !== 501 && reply.code !== 502;
  return isAboutFile ? { kind: "refused", reply, moved: 0 } : undefined;
}

/** Tells where to begin (REST), or begins at the start where the server cannot do otherwise. */
async function restart(session: Session, door: Door, { plan, signal }: AttemptTerms, budget: Budget): Promise<void> {
  const offset = plan.offset();
  // Where an earlier one has asked for another place, and has not begun, servers may remember that.
  if (offset === 0 && !session.isRestarted) return;
  try {
    const reply = await session.conversation.ask("REST", String(offset), { seconds: budget.reply, signal });
    if (reply.code >= 400 && offset > 0 && plan.fromStart?.() !== true) throw refused(`REST ${offset}`, reply);
    session.isRestarted = reply.code < 400 && offset > 0;
  } catch (error) {
    closeDoor(door);
    throw error;
  }
}

function budgetOf(
  context: ClientContext,
  session: Session,
  { plan, pace, isLast, isProven, wasSilent, secondsLeft }: AttemptTerms,
): Budget & ExchangePatience {
  const { reply, data, connect } = context.settings.timeouts;
  const { roundTrip } = session.conversation;
  const isPatient = isLast || isProven;
  const most = Math.max(pace.step / 3, secondsLeft);
  // Errors tell these seconds.
  const within = (seconds: number): number => Math.round(Math.min(seconds, most) * 100) / 100;
  const step = within((isPatient ? pace.patientStep : pace.step) + 2 * roundTrip);
  const silence = isPatient ? data : within(pace.silence + 4 * roundTrip);
  const isSending = plan.body.direction === "send";
  // A listing may take its time; a file that begins with nothing for so long is held back on its way.
  return {
    reply: isProven ? reply : isLast ? Math.min(reply, Math.max(step, secondsLeft)) : step,
    dial: step,
    dialAgain: wasSilent ? within(pace.again + 2 * roundTrip) : step,
    arrival: step,
    handshake: isPatient ? connect : within(pace.patientStep),
    firstReply: isPatient ? reply : silence,
    firstByte: isLast && !isProven && plan.verb === "RETR" ? most : silence,
    stall: isSending && !isPatient ? Math.min(data, pace.patientStep) : data,
    lastReply: (sent) => {
      const onTheirWay = Math.min(sent, HELD_BACK) / SLOWEST;
      const least = Math.min(reply, isSending ? (isPatient ? reply : silence) : pace.lastReply);
      return isSending ? least + onTheirWay : least;
    },
    reason: pace.reason,
    missing150: pace.missing150,
    lateConnection: pace.lateConnection,
  };
}
