import type { Mode } from "./topology.ts";

/** What our client says it has tried. */
export interface Attempted {
  readonly mode: Mode;
  readonly outcome: string;
}

/** The attempts that stand in a text of which some lines are JSON, wherever in an object they are. */
export function attemptsIn(text: string): Attempted[] {
  return text.split("\n").flatMap((line) => {
    try {
      return [...attempts(JSON.parse(line))];
    } catch {
      return []; // A line for people.
    }
  });
}

function* attempts(value: unknown): Generator<Attempted> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "attempts" || !Array.isArray(inner)) yield* attempts(inner);
    else {
      for (const { mode, outcome } of inner as { mode: string; outcome: string }[]) {
        yield { mode: mode.toLowerCase() as Mode, outcome };
      }
    }
  }
}
