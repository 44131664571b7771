import { AccountsFileError, sayAccountsFileProblem } from "@twinport/accounts";
import { dayOf } from "./certificates/certificate-facts.ts";
import { CertificateError } from "./errors.ts";
import type { Messages } from "./messages/index.ts";

/** For the operator, an error with what caused it: the system's own words are in the cause. */
export function describe(error: unknown, messages: Messages): string {
  if (error instanceof AccountsFileError) return sayAccountsFileProblem(error.code, error.facts, messages.accountsFile);
  if (error instanceof CertificateError) return sayCertificateFault(error, messages);
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause, messages)})`;
}

function sayCertificateFault({ code, facts }: CertificateError, { tls }: Messages): string {
  const { file, keyFile = "", time = 0 } = facts;
  const cause = explained(facts.cause, tls.fileCauses) ?? facts.cause ?? "";
  return `${file}: ${tls.faults[code]({ file, keyFile, cause, day: dayOf(time) })}`;
}

/** A system error with what it means here; undefined for one that has no meaning of its own. */
export function explained(errno: string | undefined, meanings: Readonly<Record<string, string>>): string | undefined {
  const meaning = errno === undefined ? undefined : meanings[errno];
  return meaning && `${meaning} (${errno})`;
}
