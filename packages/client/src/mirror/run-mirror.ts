import { DownloadDeeds } from "./download-deeds.ts";
import { MirrorRun } from "./mirror-run.ts";
import { UploadDeeds } from "./upload-deeds.ts";
import { openLanes } from "./open-lanes.ts";
import { parallelOf } from "./mirror-options.ts";
import type { Client } from "../client.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";
import type { MirrorPlan } from "./mirror-plan.ts";
import type { MirrorReport } from "./mirror-report.ts";
import type { Pool } from "../pool.ts";
import type { RunOptions } from "./mirror-options.ts";

/**
 * Does what a plan says. What fails for one file is told in the report, and the others are done all the same; a run that
 * was stopped is gone on with by planning and running again.
 *
 * @param client of the server that the plan was made for
 * @throws {ClientError} `aborted`, and what would stop all other files too: a lost login, a full disk
 */
export async function runMirror(
  plan: MirrorPlan,
  client: Client | Pool,
  options: RunOptions = {},
): Promise<MirrorReport> {
  await using lanes = openLanes(client, parallelOf(options));
  return await runOver(lanes, plan, options);
}

/** Runs a plan over connections that somebody else has opened. */
export async function runOver(lanes: MirrorLanes, plan: MirrorPlan, options: RunOptions): Promise<MirrorReport> {
  const deeds = plan.direction === "download" ? new DownloadDeeds(plan, options) : new UploadDeeds(plan, options);
  return await new MirrorRun(plan, deeds, lanes, parallelOf(options), options).run();
}
