import { look } from "./look.ts";
import type { ControlEvidence, Family } from "../evidence.ts";
import type { Examination } from "./examination.ts";

/** What a server says, or does not, that speaks something else than was expected. */
const strange: ReadonlySet<string> = new Set(["not-ftp", "tls-failed", "timed-out"]);

/** Where nobody got in since something else is spoken there: what that is. */
export async function lookAgain(examination: Examination, family: Family): Promise<void> {
  const { notes, signal } = examination;
  const mine = notes.controls.filter((one) => one.family === family);
  const at = mine.findIndex(({ outcome, peer }) => peer !== undefined && strange.has(outcome));
  const isStrange = at !== -1 && mine.every(({ outcome }) => outcome !== "ready" && outcome !== "login-refused");
  if (!isStrange || signal.aborted) return;
  const control = mine[at]!;
  examination.say({ family, tls: control.tls, doing: "look" });
  const { speaks, seen } = await look(examination, family);
  const facts = { ...control.facts, speaks, ...(seen !== "" && { seen }) };
  const changed: ControlEvidence = { ...control, facts };
  notes.controls.splice(notes.controls.indexOf(control), 1, changed);
}
