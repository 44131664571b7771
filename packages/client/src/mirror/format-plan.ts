import { sayProblem } from "./mirror-problem.ts";
import { visible } from "@twinport/protocol";
import type { MirrorAction, MirrorPlan } from "./mirror-plan.ts";

/** An action in one line: `+` for what comes, `~` for what changes, `-` for what goes. */
export function formatAction(action: MirrorAction): string {
  const path = visible(action.path === "" ? "." : action.path);
  switch (action.kind) {
    case "make-folder":
      return `+ ${path}/`;
    case "transfer":
      return `${action.replaces ? "~" : "+"} ${path} (${action.because}${action.size === undefined ? "" : `, ${action.size} bytes`})`;
    case "set-time":
      return `~ ${path} (time)`;
    case "remove-file":
      return `- ${path} (${action.because})`;
    case "remove-folder":
      return `- ${path}/ (${action.because})`;
  }
}

/** A plan as lines: what will be done, and what is left alone. */
export function formatPlan({ actions, problems }: MirrorPlan): string[] {
  return [...actions.map(formatAction), ...problems.map((one) => `! ${visible(sayProblem(one))}`)];
}
