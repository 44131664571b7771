import { openLanes } from "./open-lanes.ts";
import { parallelOf } from "./mirror-options.ts";
import { planOver, remoteOf } from "./plan-mirror.ts";
import { runOver } from "./run-mirror.ts";
import type { MirrorOptions } from "./mirror-options.ts";
import type { MirrorReport } from "./mirror-report.ts";
import type { MirrorSide } from "./side.ts";

/**
 * Makes one folder like another, one of which is a server's: plans first, and does what the plan says. It can be stopped
 * at any moment and begun again.
 *
 * @throws {ClientError} as `planMirror` and `runMirror` do
 */
export async function mirror(from: MirrorSide, to: MirrorSide, options: MirrorOptions = {}): Promise<MirrorReport> {
  await using lanes = openLanes(remoteOf(from, to).client, parallelOf(options));
  const plan = await planOver(lanes, from, to, options);
  if (options.dryRun !== true) return await runOver(lanes, plan, options);
  const { warnings, problems } = plan;
  const isWhole = problems.every(({ isHarmless }) => isHarmless);
  return {
    plan,
    made: 0,
    transferred: 0,
    timesSet: 0,
    removed: 0,
    bytes: 0,
    seconds: 0,
    failures: [],
    warnings,
    isWhole,
  };
}
