// What the options, the events and the results are made of: nobody has to know in which package they are.
export type { ModeCommand, ModeWish, RemoteEntry, RemoteTime, Reply, TraceStep } from "@twinport/protocol";
export type { PortRange, SecureFacts, TlsTrust } from "@twinport/channel";
export { Client, connectClient } from "./client.ts";
export type { Asking, WalkedEntry } from "./client.ts";
export { ClientError } from "./errors.ts";
export type { Attempt, ClientErrorCode } from "./errors.ts";
export type { ClientEvents, ClientWarning } from "./client-events.ts";
export { defaultTimeouts } from "./options.ts";
export type { ClientOptions, ClientTimeouts, ProxyOptions, TlsWish } from "./options.ts";
export { looksLikeFtpUrl, parseFtpUrl, withoutPassword } from "./url.ts";
export type { FtpUrl } from "./url.ts";
export { memoryOfThisProcess } from "./mode-memory.ts";
export type { ModeMemory, ModeRoute, RememberedMode } from "./mode-memory.ts";
export { parseProxy } from "./settings.ts";
export type { Settings } from "./settings.ts";
export type { ListOptions } from "./operations/list.ts";
export type { DownloadOptions, TransferResult } from "./operations/download.ts";
export type { UploadOptions } from "./operations/upload.ts";
export type { TrialSeconds, TriedMode, TryModeOptions } from "./operations/try-mode.ts";
export type { Verify } from "./operations/verify.ts";
export type { DownloadTarget } from "./targets.ts";
export type { UploadSource } from "./sources.ts";
export type { Progress, ProgressListener } from "./progress.ts";
export { createPool, Pool } from "./pool.ts";
export type { PoolOptions, UseOptions } from "./pool.ts";
export type { BackOff } from "./pool-retry.ts";
export { hashAlgorithms, hashLocal } from "./local-hash.ts";
export type { HashAlgorithm } from "./local-hash.ts";
export type { RemoteHash } from "./operations/hash.ts";
export { fileModeMemory } from "./mode-memory-file.ts";
export type { FileModeMemory } from "./mode-memory-file.ts";
export { fxp } from "./fxp.ts";
export type { FxpOptions, FxpResult } from "./fxp.ts";
export type { FxpProtection, FxpRole } from "./fxp-plan.ts";
export { mirror } from "./mirror/mirror.ts";
export { planMirror } from "./mirror/plan-mirror.ts";
export { runMirror } from "./mirror/run-mirror.ts";
export { formatAction, formatPlan } from "./mirror/format-plan.ts";
export { sayProblem } from "./mirror/mirror-problem.ts";
export type { LocalSide, MirrorSide, RemoteSide } from "./mirror/side.ts";
export type { MirrorCompare, MirrorOptions, PlanOptions, RunOptions } from "./mirror/mirror-options.ts";
export type {
  MakeFolder,
  MirrorAction,
  MirrorPlan,
  MirrorWarning,
  Removal,
  RemovalReason,
  SetTime,
  TransferFile,
  TransferReason,
} from "./mirror/mirror-plan.ts";
export type { MirrorEvent, MirrorProgress } from "./mirror/mirror-event.ts";
export type { MirrorFailure, MirrorReport } from "./mirror/mirror-report.ts";
export type { MirrorProblem, MirrorProblemCode } from "./mirror/mirror-problem.ts";
export { downloadSegmented } from "./segmented.ts";
export type { SegmentedOptions, SegmentedResult } from "./segmented.ts";
export { PART_SUFFIX } from "./file-receiver.ts";
