import { AccountsFileError, sayAccountsFileProblem } from "@twinport/accounts";
import type { Messages } from "./messages/index.ts";

/** For the operator, an error with what caused it: the system's own words are in the cause. */
export function describe(error: unknown, messages: Messages): string {
  if (error instanceof AccountsFileError) return sayAccountsFileProblem(error.code, error.facts, messages.accountsFile);
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause, messages)})`;
}

/** A system error with what it means here; undefined for one that has no meaning of its own. */
export function explained(errno: string | undefined, meanings: Readonly<Record<string, string>>): string | undefined {
  const meaning = errno === undefined ? undefined : meanings[errno];
  return meaning && `${meaning} (${errno})`;
}
