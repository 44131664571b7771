import { defaultTimeouts } from "./options.ts";

/** Seconds for the steps of a transfer. They are those of a search of the default length; a shorter one shortens all. */
const whole = {
  /** For a SYN to an address that has just let another one go unanswered. */
  again: 1.5,
  /** For what a working network needs no second for: three tries of a SYN. */
  step: 3,
  /** For the same in the mode that is the last to be tried, or has worked before. */
  patientStep: 8,
  /** Without a byte, after which another mode is tried while there is one. */
  silence: 4,
  /** For the server to say why a data connection broke: its 550 says more than our ECONNRESET. */
  reason: 3,
  /** After which an upload begins although no 150 has come: some servers never send one. */
  missing150: 2,
  /** For a data connection after the 226 that came before it. */
  lateConnection: 2,
  /** For the last reply, once all has been received. */
  lastReply: 10,
  /** For a command connection to come back to order before it is left for a new one. */
  abandon: 2,
};

/** The seconds of one client. */
export type Pace = Readonly<typeof whole>;

/** No step is made shorter than this part of it: a busy machine is not a shut door. */
const SHORTEST = 0.1;

/** The seconds for steps, where a whole search may take so many. */
export function paceOf(search: number): Pace {
  const part = Math.min(1, Math.max(SHORTEST, search / defaultTimeouts.search));
  return Object.fromEntries(Object.entries(whole).map(([name, seconds]) => [name, seconds * part])) as unknown as Pace;
}
