import { visible } from "@twinport/protocol";
import type {
  MirrorAction,
  MirrorEvent,
  MirrorPlan,
  MirrorProgress,
  MirrorReport,
  MirrorWarning,
} from "@twinport/client";
import type { ClientRun } from "./client-run.ts";

/** Tells what a mirror does: what it plans, how far it is, what it has to leave alone, and what came of it. */
export class MirrorTelling {
  readonly #run: ClientRun;
  readonly #isDry: boolean;
  #began = 0;

  constructor(run: ClientRun, isDry: boolean) {
    this.#run = run;
    this.#isDry = isDry;
  }

  readonly take = (event: MirrorEvent): void => {
    const { say, report, progressLine } = this.#run;
    switch (event.kind) {
      case "listed":
        progressLine?.say(say.mirror.listed(event.entries, event.folders));
        break;
      case "done":
        if (report.isJson) report.object({ event: event.action.kind, ...factsOf(event.action) });
        break;
      case "failed":
        // It may be the login that is gone, or Ctrl-C: that ends the whole, and is told then.
        if (!this.#run.signal.aborted) this.#run.failed(event.error, { path: event.action.path });
        break;
      case "progress":
        this.#draw(event.progress);
        break;
      case "warning":
        this.#warn(event.warning);
        break;
      case "planned":
      case "began":
        break;
    }
  };

  planned(plan: MirrorPlan): void {
    const { report, say } = this.#run;
    this.#began = this.#run.terminal.now();
    for (const { isHarmless, code, side, path, detail } of plan.problems) {
      const problem = { code, side, path, ...(detail !== undefined && { detail }), isHarmless };
      if (report.isJson) report.object({ event: "problem", ...problem });
      else if (!isHarmless || this.#isDry) report.note(visible(say.mirror.problem(problem)));
    }
    if (!this.#isDry) return;
    for (const action of plan.actions) {
      if (report.isJson) report.object({ event: "planned", action: action.kind, ...factsOf(action) });
      else report.line(visible(say.mirror.action(action)));
    }
    const { actions, bytes, same, direction } = plan;
    if (report.isJson)
      report.object({
        event: "done",
        command: "mirror",
        dryRun: true,
        direction,
        actions: actions.length,
        bytes,
        same,
      });
    else report.note(say.mirror.plan(actions.length, bytes, same));
  }

  finished({
    plan,
    made,
    transferred,
    timesSet,
    removed,
    bytes,
    seconds,
    failures,
    warnings,
    isWhole,
  }: MirrorReport): void {
    const { report, say, progressLine } = this.#run;
    progressLine?.clear();
    for (const warning of warnings) this.#warn(warning);
    const counts = { made, transferred, timesSet, removed, bytes, seconds, failed: failures.length, same: plan.same };
    this.#run.done({ command: "mirror", direction: plan.direction, ...counts, isWhole, warnings });
    if (report.isWatched) report.note(say.mirror.result(counts));
  }

  readonly #warned = new Set<string>();

  #warn(warning: MirrorWarning): void {
    const { report, say } = this.#run;
    const key = `${warning.code} ${warning.count}`;
    if (report.isJson || this.#warned.has(key)) return;
    this.#warned.add(key);
    report.note(say.warning(say.mirror.warnings[warning.code](warning.count)));
  }

  #draw({ files, ofFiles, bytes, ofBytes }: MirrorProgress): void {
    const seconds = Math.max(0.001, (this.#run.terminal.now() - this.#began) / 1000);
    const rate = bytes / seconds;
    const eta = rate > 0 ? (ofBytes - bytes) / rate : undefined;
    this.#run.progressLine?.draw({ name: `${files}/${ofFiles}`, bytes, total: ofBytes, rate, eta });
  }
}

function factsOf({ kind: _kind, ...facts }: MirrorAction): object {
  return facts;
}
