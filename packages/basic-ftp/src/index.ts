export * from "./Client.ts";
export * from "./FtpContext.ts";
export * from "./FileInfo.ts";
export * from "./parseList.ts";
export * from "./StringEncoding.ts";
export { enterActiveModeIPv4, enterActiveModeIPv6, enterPassiveModeIPv4, enterPassiveModeIPv6 } from "./transfer.ts";
export { enterAutoMode } from "./mode-search.ts";
export type { ModeSearchError } from "./mode-search.ts";
export type { ProgressHandler, ProgressInfo, ProgressType } from "./ProgressTracker.ts";
