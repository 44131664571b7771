export * from "./errors.ts";
export * from "./local/disk-storage.ts";
export * from "./memory/memory-storage.ts";
export * from "./storage.ts";
export * from "./upload-sink.ts";
export * from "./wrap/read-only.ts";
