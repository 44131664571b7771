import { ClientError } from "../errors.ts";
import { Comparison } from "./comparison.ts";
import { LocalTree } from "./local-tree.ts";
import { RemoteTree } from "./remote-tree.ts";
import { openLanes } from "./open-lanes.ts";
import { parallelOf } from "./mirror-options.ts";
import type { Tree } from "./tree.ts";
import type { MirrorPlan } from "./mirror-plan.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";
import type { MirrorSide } from "./side.ts";
import type { PlanOptions } from "./mirror-options.ts";

/**
 * Compares two folders, one of which is a server's, and gives what is to be done to make the second like the first.
 * Nothing is changed on either side.
 *
 * @throws {ClientError} `option-not-valid`, `not-found` for a source that is not there, `local-file`,
 *   `listing-too-long` for more names than `maxEntries`, `not-supported` for hashes that the server cannot tell, and
 *   what connecting throws
 */
export async function planMirror(from: MirrorSide, to: MirrorSide, options: PlanOptions = {}): Promise<MirrorPlan> {
  await using lanes = openLanes(remoteOf(from, to).client, parallelOf(options));
  return await planOver(lanes, from, to, options);
}

/** Plans over connections that somebody else has opened. */
export async function planOver(
  lanes: MirrorLanes,
  from: MirrorSide,
  to: MirrorSide,
  options: PlanOptions,
): Promise<MirrorPlan> {
  const tree = (side: MirrorSide): Tree =>
    side.kind === "local" ? new LocalTree(side.path) : new RemoteTree(lanes, side.path);
  const plan = await new Comparison(tree(from), tree(to), options).run();
  options.onEvent?.({ kind: "planned", plan });
  return plan;
}

/**
 * The side that is a server's.
 *
 * @throws {ClientError} `option-not-valid` where that is both or neither
 */
export function remoteOf(from: MirrorSide, to: MirrorSide): MirrorSide & { readonly kind: "remote" } {
  if (from.kind === "local" && to.kind === "remote") return to;
  if (from.kind === "remote" && to.kind === "local") return from;
  const because =
    from.kind === "local"
      ? "needs a server on one of its sides: both are folders of this machine"
      : "needs a folder of this machine on one of its sides: mirror from the one server to a folder, and from that to the other";
  throw new ClientError("option-not-valid", { option: "mirror", because });
}
