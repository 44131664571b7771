import type { Terminal } from "../../terminal.ts";

/** The accounts file where no other is said. */
const DEFAULT_FILE = "./twinport-accounts.json";

/** The accounts file that a command is about. */
export function accountsPath(flags: { readonly file?: string }, { environment }: Terminal): string {
  return flags.file ?? (environment["TWINPORT_ACCOUNTS"] || DEFAULT_FILE);
}
