export * from "./accounts.ts";
export * from "./anonymous.ts";
export * from "./combined.ts";
export * from "./file/index.ts";
export * from "./permissions.ts";
export * from "./single-account.ts";
export * from "./throttle.ts";
