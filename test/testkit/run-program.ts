import { RunningProgram } from "./running-program.ts";
import type { Outcome, ProgramPlace } from "./running-program.ts";

/** Runs a program to its end. One that does not succeed throws what it said. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { stdin = "", ...place }: ProgramPlace & { readonly stdin?: string },
): Promise<Outcome> {
  await using program = new RunningProgram(command, args, place);
  program.end(stdin);
  const outcome = await program.outcome;
  if (outcome.status === 0) return outcome;
  const { status, signal, stdout, stderr } = outcome;
  throw new Error(`${command} ${args.join(" ")}: ended with ${signal ?? status}\n${stdin}\n${stdout}\n${stderr}`);
}
