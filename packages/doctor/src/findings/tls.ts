import type { TlsEvidence } from "../evidence.ts";
import { isBulkShut, bulkFailure, said } from "./door.ts";
import { isMeant, waysLike, wordsOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { storyOf } from "./story.ts";
import type { Story } from "./story.ts";
import { isOfReuse } from "./words.ts";

/** With the session of the command connection it works, and without it does not. */
export function reuseStories(scene: Scene): Story[] {
  return scene.evidence.tls.flatMap((one) => {
    const with_ = scene.tried.find(
      (attempt) => attempt.outcome === "moved" && isMeant(attempt, { family: one.family, secured: true }),
    );
    if (!with_ || !isRequired(one)) return [];
    const words = isOfReuse(wordsOf(one));
    const guess = { cause: "tls-reuse-required", side: "server", confidence: words ? 1 : 0.7, blocks: false } as const;
    return [storyOf(with_, { ...guess, facts: said(one) })];
  });
}

/** ProFTPD, whose words are of everything that it does not permit. */
const unpermitted = /Unable to build data connection: Operation not permitted/;

/** By its words; or by what became of TLS, where the server has other words for everything else. */
function isRequired(one: TlsEvidence): boolean {
  const words = wordsOf(one);
  const isSaid = isOfReuse(words) || words.some((text) => unpermitted.test(text));
  return one.withoutReuse !== "moved" && (isSaid || one.withoutReuse === "tls-failed");
}

/** Lists come, and files do not: small packets pass and large ones do not, or whoever counts cuts it. */
export function bulkStories({ evidence, tried }: Scene): Story[] {
  const small = tried.filter((one) => one.outcome === "moved" && isBulkShut(evidence, one));
  return small.flatMap((attempt) => {
    const bulks = evidence.attempts.filter(({ family }) => family === attempt.family);
    const like = bulks.find((one) => bulkFailure(one) && isMeant(one, waysLike(attempt)));
    const bulk = like ?? bulks.find((one) => bulkFailure(one) === "halt");
    if (!bulk) return [];
    const what = bulkFailure(bulk) === "cut" ? "cut" : "large";
    const facts = { bytes: bulk.bytes, small: attempt.bytes, what };
    const story = storyOf(bulk, {
      cause: "data-stalls",
      side: "undecided",
      confidence: what === "cut" ? 0.6 : 0.8,
      blocks: true,
      facts,
    });
    // What halts in one mode halts in the others: one story.
    const modes = what === "large" ? small.filter(({ family }) => family === attempt.family) : [attempt];
    return [{ ...story, modes: modes.map(({ mode }) => mode), tls: attempt.tls }];
  });
}
