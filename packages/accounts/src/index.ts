export * from "./accounts.ts";
export * from "./anonymous.ts";
export * from "./combined.ts";
export * from "./permissions.ts";
export * from "./single-account.ts";
