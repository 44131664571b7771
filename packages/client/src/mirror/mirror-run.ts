import { above, depthOf } from "./tree.ts";
import { runStage } from "./run-stage.ts";
import type { Client } from "../client.ts";
import type { MakeFolder, MirrorAction, MirrorPlan, MirrorWarning, Removal, TransferFile } from "./mirror-plan.ts";
import type { MirrorDeeds } from "./mirror-deeds.ts";
import type { MirrorFailure, MirrorReport } from "./mirror-report.ts";
import type { MirrorLanes } from "./mirror-lanes.ts";
import type { RunOptions } from "./mirror-options.ts";

/** Milliseconds between two words about how far it is. */
const EVERY = 100;

/** One plan on its way. */
export class MirrorRun {
  readonly #plan: MirrorPlan;
  readonly #deeds: MirrorDeeds;
  readonly #lanes: MirrorLanes;
  readonly #parallel: number;
  readonly #options: RunOptions;
  readonly #signal: AbortSignal;
  readonly #failures: MirrorFailure[] = [];
  readonly #done = { "make-folder": 0, transfer: 0, "set-time": 0, "remove-file": 0, "remove-folder": 0 };
  /** Folders that could not be made, and why. */
  readonly #lost = new Map<string, unknown>();
  /** Bytes of large files that are on their way. */
  readonly #underWay = new Map<TransferFile, number>();
  readonly #ofFiles: number;
  readonly #ofBytes: number;
  #moved = 0;
  #bytesDone = 0;
  #toldAt = 0;

  constructor(plan: MirrorPlan, deeds: MirrorDeeds, lanes: MirrorLanes, parallel: number, options: RunOptions) {
    this.#plan = plan;
    this.#deeds = deeds;
    this.#lanes = lanes;
    this.#parallel = parallel;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    const transfers = plan.actions.filter((one) => one.kind === "transfer");
    this.#ofFiles = transfers.length;
    this.#ofBytes = transfers.reduce((sum, { size = 0 }) => sum + size, 0);
  }

  async run(): Promise<MirrorReport> {
    const began = performance.now();
    const { actions } = this.#plan;
    const removals = actions.filter(
      (one): one is Removal => one.kind === "remove-file" || one.kind === "remove-folder",
    );
    await this.#remove(removals.filter(({ because }) => because === "in-the-way"));
    const folders = actions.filter((one) => one.kind === "make-folder");
    for (const level of byDepth(folders)) {
      await this.#each(this.#possible(level), (client, action) => this.#deeds.makeFolder(client, action, this.#signal));
    }
    await this.#transferAll(this.#possible(actions.filter((one) => one.kind === "transfer")));
    const times = actions.filter((one) => one.kind === "set-time");
    await this.#each(times, (client, action) => this.#deeds.setTime(client, action, this.#signal));
    await this.#remove(removals.filter(({ because }) => because !== "in-the-way"));
    this.#progress(true);
    return this.#report((performance.now() - began) / 1000);
  }

  #report(seconds: number): MirrorReport {
    const warnings: MirrorWarning[] = [...this.#plan.warnings, ...this.#deeds.warnings()];
    if (this.#lanes.isFull) warnings.push({ code: "fewer-connections", count: 1 });
    for (const warning of warnings) this.#options.onEvent?.({ kind: "warning", warning });
    return {
      plan: this.#plan,
      made: this.#done["make-folder"],
      transferred: this.#done.transfer,
      timesSet: this.#done["set-time"],
      removed: this.#done["remove-file"] + this.#done["remove-folder"],
      bytes: this.#moved,
      seconds,
      failures: this.#failures,
      warnings,
      isWhole: this.#failures.length === 0 && this.#plan.problems.every(({ isHarmless }) => isHarmless),
    };
  }

  /** Files first, then the folders from the deepest on. */
  async #remove(removals: readonly Removal[]): Promise<void> {
    const work = (client: Client | undefined, action: Removal): Promise<void> =>
      this.#deeds.remove(client, action, this.#signal);
    await this.#each(
      removals.filter(({ kind }) => kind === "remove-file"),
      work,
    );
    const levels = byDepth(removals.filter(({ kind }) => kind === "remove-folder"));
    for (const level of levels.toReversed()) await this.#each(level, work);
  }

  async #transferAll(transfers: readonly TransferFile[]): Promise<void> {
    const { onEvent } = this.#options;
    const done = (action: TransferFile, bytes: number): void => {
      this.#moved += bytes;
      this.#bytesDone += action.size ?? 0;
      this.#finished(action);
      this.#progress(false);
    };
    await runStage(
      this.#lanes,
      this.#parallel,
      {
        actions: transfers,
        quickly: async (client, upcoming) => {
          const deeds = this.#deeds;
          if (!deeds.transferQuickly) return upcoming.take();
          return await deeds.transferQuickly(client, upcoming, done, this.#signal);
        },
        work: async (client, action) => {
          onEvent?.({ kind: "began", action });
          const onBytes = (bytes: number): void => {
            this.#underWay.set(action, bytes);
            this.#progress(false);
          };
          try {
            done(action, await this.#deeds.transfer(client, action, { onBytes, signal: this.#signal }));
          } finally {
            this.#underWay.delete(action);
          }
        },
        failed: (action, error) => this.#failed(action, error),
      },
      this.#signal,
    );
    await this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    const folders = [...this.#deeds.unverified()];
    const actions = folders.map(([path]) => ({ kind: "make-folder", path }) as const);
    await runStage(
      this.#lanes,
      this.#parallel,
      {
        actions,
        work: (client, { path }) =>
          this.#deeds.verify(
            client,
            path,
            this.#deeds.unverified().get(path) ?? [],
            (action, error) => {
              this.#done.transfer--;
              this.#failed(action, error);
            },
            this.#signal,
          ),
        failed: (action, error) => this.#failed(action, error),
      },
      this.#signal,
    );
  }

  async #each<Action extends MirrorAction>(
    actions: readonly Action[],
    deed: (client: Client | undefined, action: Action) => Promise<void>,
  ): Promise<void> {
    const { onEvent } = this.#options;
    const work = async (client: Client | undefined, action: Action): Promise<void> => {
      onEvent?.({ kind: "began", action });
      await deed(client, action);
      this.#finished(action);
    };
    if (!this.#deeds.isLocal) {
      const failed = (action: Action, error: unknown): void => this.#failed(action, error);
      await runStage(this.#lanes, this.#parallel, { actions, work, failed }, this.#signal);
      return;
    }
    for (const action of actions) {
      this.#signal.throwIfAborted();
      try {
        await work(undefined, action);
      } catch (error) {
        this.#failed(action, error);
      }
    }
  }

  #finished(action: MirrorAction): void {
    this.#done[action.kind]++;
    this.#options.onEvent?.({ kind: "done", action });
  }

  /** Those whose folder is there; of the others it is known already why they fail. */
  #possible<Action extends MakeFolder | TransferFile>(actions: readonly Action[]): Action[] {
    return actions.filter((action) => {
      const lost = this.#lost.size === 0 ? undefined : this.#lost.get(above(action.path));
      if (lost !== undefined) this.#failed(action, lost);
      return lost === undefined;
    });
  }

  #failed(action: MirrorAction, error: unknown): void {
    if (action.kind === "make-folder") this.#lost.set(action.path, error);
    this.#failures.push({ action, error });
    this.#options.onEvent?.({ kind: "failed", action, error });
  }

  #progress(isLast: boolean): void {
    const { onEvent } = this.#options;
    if (!onEvent) return;
    const now = performance.now();
    if (!isLast && now - this.#toldAt < EVERY) return;
    this.#toldAt = now;
    const underWay = [...this.#underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    onEvent({
      kind: "progress",
      progress: {
        files: this.#done.transfer,
        ofFiles: this.#ofFiles,
        bytes: this.#bytesDone + underWay,
        ofBytes: this.#ofBytes,
      },
    });
  }
}

/** Actions that do not wait for each other, those of folders farther up first. */
function byDepth<Action extends MirrorAction>(actions: readonly Action[]): Action[][] {
  const levels: Action[][] = [];
  for (const action of actions) (levels[depthOf(action.path)] ??= []).push(action);
  return levels.filter((level) => level !== undefined);
}
