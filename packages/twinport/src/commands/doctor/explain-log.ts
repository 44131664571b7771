import { createReadStream } from "node:fs";
import { isLogKind, logFacts, logKinds, logsMessages, picturesOfLog, readLog, sayLog } from "@twinport/doctor";
import { UsageError } from "../../usage-error.ts";
import { jsonLine } from "../client/json-line.ts";
import { drawSvg } from "./explain-output.ts";
import type { LogKind, LogReport } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { ExplainFlags } from "./explain-flags.ts";

/**
 * `twinport explain --log FILE`: what a log of an FTP program shows, `-` for the standard input.
 *
 * @throws {UsageError} for a file that is no log that is known
 */
export async function explainLog(setting: CommandSetting, file: string, flags: ExplainFlags): Promise<void> {
  const { terminal, language } = setting;
  const messages = logsMessages[language];
  const { as } = flags;
  if (as !== undefined && !isLogKind(as)) throw new UsageError(messages.notAKind(as, logKinds.join(", ")));
  const report = await read(setting, file, as);
  if (!report) throw new UsageError(messages.notRecognised(file, logKinds.join(", ")));
  await drawSvg(picturesOfLog(report, language), flags, setting);
  const lines = flags.json ? [jsonLine(logFacts(report, language))] : sayLog(report, language);
  terminal.output.write(lines.map((line) => `${line}\n`).join(""));
}

async function read(
  { terminal, language }: CommandSetting,
  file: string,
  as: LogKind | undefined,
): Promise<LogReport | undefined> {
  const chunks = file === "-" ? terminal.input : createReadStream(file);
  try {
    return await readLog(chunks as AsyncIterable<Uint8Array>, as);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new Error(logsMessages[language].notRead(file, code), { cause });
  }
}
