import type { Evidence } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import { activeStories } from "./findings/active.ts";
import { addressStories } from "./findings/addresses.ts";
import { controlStories } from "./findings/control.ts";
import { passiveStories } from "./findings/passive.ts";
import { sceneOf } from "./findings/scene.ts";
import { mergeStories } from "./findings/story.ts";
import { bulkStories, reuseStories } from "./findings/tls.ts";

const rules = [controlStories, passiveStories, activeStories, bulkStories, addressStories, reuseStories];

/**
 * What the evidence says, and no more: no side is blamed where it is equal, and one story told by several modes, families
 * and uses of TLS is one finding. What blocks comes first.
 */
export function findingsOf(evidence: Evidence): Finding[] {
  const scene = sceneOf(evidence);
  const findings = mergeStories(rules.flatMap((rule) => rule(scene)));
  return [...findings.filter(({ blocks }) => blocks), ...findings.filter(({ blocks }) => !blocks)];
}
