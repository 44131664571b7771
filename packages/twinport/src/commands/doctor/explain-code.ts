import { UsageError } from "../../usage-error.ts";
import { jsonLine } from "../client/json-line.ts";
import type { CommandSetting } from "../command-setting.ts";

/** How it is told. */
export interface ExplainCodeFlags {
  readonly json?: boolean | undefined;
}

/**
 * `twinport explain CODE`: what a reply, an error or a finding means, and what to do.
 *
 * @throws {UsageError} for a word of which nothing is known
 */
export async function explainCode(
  { terminal, language }: CommandSetting,
  word: string,
  { json = false }: ExplainCodeFlags = {},
): Promise<void> {
  const doctor = await import("@twinport/doctor");
  const explanation = doctor.explainCode(word, language);
  if (!explanation) throw new UsageError(doctor.sayNotKnown(word, language));
  const lines = json ? [jsonLine(explanation)] : doctor.formatCode(explanation, language);
  terminal.output.write(lines.map((line) => `${line}\n`).join(""));
}
