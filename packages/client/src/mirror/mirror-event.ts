import type { MirrorAction, MirrorPlan, MirrorWarning } from "./mirror-plan.ts";

/** How far a mirror is. */
export interface MirrorProgress {
  /** Files and bytes that are done, and of how many. */
  readonly files: number;
  readonly ofFiles: number;
  readonly bytes: number;
  readonly ofBytes: number;
}

/** What a mirror tells while it is at work. */
export type MirrorEvent =
  /** So many names were seen until now, on both sides. */
  | { readonly kind: "listed"; readonly entries: number; readonly folders: number }
  | { readonly kind: "planned"; readonly plan: MirrorPlan }
  | { readonly kind: "began"; readonly action: MirrorAction }
  | { readonly kind: "done"; readonly action: MirrorAction }
  | { readonly kind: "failed"; readonly action: MirrorAction; readonly error: unknown }
  /** At most ten times a second, and once at the end. */
  | { readonly kind: "progress"; readonly progress: MirrorProgress }
  | { readonly kind: "warning"; readonly warning: MirrorWarning };
