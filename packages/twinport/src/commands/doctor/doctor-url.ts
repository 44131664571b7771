import { ClientError } from "@twinport/client";
import { diagnose } from "@twinport/doctor";
import { exitCodeOf, exitCodes } from "../../exit-codes.ts";
import { Reported } from "../../reported.ts";
import { UsageError } from "../../usage-error.ts";
import { Logins } from "../client/login.ts";
import { ProgressLine } from "../client/progress-line.ts";
import { Report } from "../client/report.ts";
import { connectingTo } from "../client/connection-options.ts";
import { parseSeconds } from "../client/quantity.ts";
import { remoteUrl } from "../client/remote-url.ts";
import { diagnosisJson, diagnosisLines } from "./doctor-report.ts";
import { drawSvg } from "./explain-output.ts";
import { picturesOf } from "./doctor-pictures.ts";
import type { Diagnosis, PictureTheme, ProbeStep } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { ConnectionFlags } from "../client/connection-flags.ts";
import type { ExitCode } from "../../exit-codes.ts";
import type { Messages } from "../../messages/index.ts";

/** What commander makes of the options of `twinport doctor URL`. */
export interface DoctorUrlFlags extends Omit<ConnectionFlags, "mode" | "memory"> {
  readonly clear?: true;
  readonly idle?: string;
  readonly svg?: string;
  readonly theme: PictureTheme;
}

/** Seconds from the start of the process: half a minute is what somebody waits for, and the end takes its time too. */
const SECONDS = 24;

/** What is left of them at the least, where the machine is slow. */
const LEAST_SECONDS = 10;

/**
 * `twinport doctor URL`.
 *
 * @throws {Reported} with the exit code, unless everything works
 */
export async function doctorUrl(setting: CommandSetting, written: string, flags: DoctorUrlFlags): Promise<void> {
  const { terminal, messages } = setting;
  const seconds = Math.max(LEAST_SECONDS, SECONDS - performance.now() / 1000);
  const report = new Report(terminal, messages, { json: flags.json === true, outputTaken: false });
  const stop = new AbortController();
  const forget = terminal.onInterrupt?.(() => stop.abort(new Error("interrupted"))) ?? (() => {});
  terminal.output.on("error", ignore);
  let code: ExitCode;
  try {
    const diagnosis = await examine(setting, written, flags, { seconds, signal: stop.signal });
    code = await tell(setting, report, diagnosis, { ...flags, isInterrupted: stop.signal.aborted });
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof ClientError)) throw error;
    report.fail(error);
    code = exitCodeOf(error);
  } finally {
    forget();
    // What was written is out before the process ends, or nobody reads it any more.
    await new Promise<void>((resolve) => terminal.output.write("", () => resolve()));
    terminal.output.off("error", ignore);
  }
  if (stop.signal.aborted) {
    report.note(messages.doctor.interrupted);
    code = exitCodes.interrupted;
  }
  if (code !== exitCodes.done) throw new Reported(code);
}

/** Whoever reads only the first lines closes the pipe. */
function ignore(): void {}

async function examine(
  { terminal, messages }: CommandSetting,
  written: string,
  flags: DoctorUrlFlags,
  bounds: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<Diagnosis> {
  const url = remoteUrl(written, messages.client);
  const idle = flags.idle === undefined ? undefined : idleOf(flags.idle, messages);
  const all: ConnectionFlags = { ...flags, mode: "auto", memory: false };
  const { tls: _tls, mode: _mode, ...connecting } = connectingTo(url, all, terminal.environment, messages);
  const login = await new Logins(terminal, messages, flags).of(url);
  const isWatched = terminal.errors.isTTY === true && flags.json !== true;
  const line = isWatched ? new ProgressLine(terminal.errors, messages.client.progress) : undefined;
  const tls = flags.tls ?? url.tls;
  try {
    return await diagnose({
      ...{ ...connecting, ...login, ...bounds },
      ...(tls !== undefined && { tls }),
      ...{ clear: flags.clear ?? false, path: url.path, isFolder: url.isFolder },
      ...(idle !== undefined && { idle }),
      ...(line && { onStep: (step) => line.say(sayStep(step, messages)) }),
    });
  } finally {
    line?.clear();
  }
}

/** Tells it, and gives what the command ends with. */
async function tell(
  setting: CommandSetting,
  report: Report,
  diagnosis: Diagnosis,
  flags: DoctorUrlFlags & { readonly isInterrupted: boolean },
): Promise<ExitCode> {
  const { language } = setting;
  const pictures = picturesOf(diagnosis, setting);
  await drawSvg(pictures, flags, setting);
  if (report.isJson) report.object(diagnosisJson(diagnosis, language));
  else for (const line of diagnosisLines(diagnosis, pictures, setting, flags.isInterrupted)) report.line(line);
  const { verdict, findings } = diagnosis;
  if (verdict.works) return findings.length === 0 ? exitCodes.done : exitCodes.worksWithFindings;
  return verdict.before?.cause === "login-refused" ? exitCodes.loginRefused : exitCodes.noModeMovesData;
}

function idleOf(written: string, { doctor }: Messages): number {
  const seconds = parseSeconds(written);
  if (seconds === undefined) throw new UsageError(doctor.notIdle(written));
  return seconds;
}

function sayStep({ doing, ...lane }: ProbeStep, { doctor }: Messages): string {
  const steps: Readonly<Record<string, string>> = doctor.steps;
  return doctor.doing(doctor.lane(lane), steps[doing] ?? doing.toUpperCase());
}
