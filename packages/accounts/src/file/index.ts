export { readAccountsFile, updateAccountsFile } from "./accounts-file.ts";
export type { ReadAccountsFile } from "./accounts-file.ts";
export type { AccountRecord, AccountsFile, Mount, Quota } from "./account-record.ts";
export { isAccountName, permissionWords } from "./account-schema.ts";
export type { PermissionWord, WrittenAccount, WrittenPermissions } from "./account-schema.ts";
export * from "./errors.ts";
export * from "./file-accounts.ts";
export { hashPassword } from "./password-hash.ts";
export type { Derive, PasswordHash, ScryptCost } from "./password-hash.ts";
