export type { DaemonConfig, FileSettings } from "./config.ts";
export * from "./errors.ts";
export { messagesIn } from "./messages/index.ts";
export type { Language } from "./messages/index.ts";
export { run } from "./run.ts";
