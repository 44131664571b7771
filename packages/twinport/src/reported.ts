import type { ExitCode } from "./exit-codes.ts";

/** What failed has been told already; the command ends with this code. */
export class Reported extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super("reported");
    this.name = "Reported";
    this.exitCode = exitCode;
  }
}
