import type { MirrorAction, MirrorPlan, MirrorWarning } from "./mirror-plan.ts";

/** An action that could not be done. */
export interface MirrorFailure {
  readonly action: MirrorAction;
  /** A `ClientError`, as a rule. */
  readonly error: unknown;
}

/** What a mirror has done. */
export interface MirrorReport {
  readonly plan: MirrorPlan;
  readonly made: number;
  readonly transferred: number;
  readonly timesSet: number;
  readonly removed: number;
  /** Bytes that were moved now. */
  readonly bytes: number;
  readonly seconds: number;
  readonly failures: readonly MirrorFailure[];
  /** Those of the plan and those of the run. */
  readonly warnings: readonly MirrorWarning[];
  /** The target has all that the source has: nothing failed, and nothing had to be left alone. */
  readonly isWhole: boolean;
}
