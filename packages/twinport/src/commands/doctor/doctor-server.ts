import process from "node:process";
import { checkServer, formatServerCheck, gatherServerFacts, sayServerCheck } from "@twinport/doctor";
import { visible } from "@twinport/protocol";
import { exitCodes } from "../../exit-codes.ts";
import { Reported } from "../../reported.ts";
import { jsonLine } from "../client/json-line.ts";
import { deploymentOf } from "../deployment-options.ts";
import { flagsOf, runningServers } from "./doctor-server-running.ts";
import type { CertificateFiles, Language, ServerCheckReport, ServerCheckResult } from "@twinport/doctor";
import type { CommandSetting } from "../command-setting.ts";
import type { DeploymentFlags } from "../deployment-options.ts";
import type { RunningServer } from "./doctor-server-running.ts";

/** The server that is examined, and how it was known. */
interface Examined {
  readonly flags: DeploymentFlags;
  /** Undefined where the arguments say what it is. */
  readonly server: RunningServer | "none" | undefined;
  /** Servers that run as well and are not examined. */
  readonly others: readonly number[];
  /** The processes that may be it. */
  readonly pids: readonly number[];
}

/** `twinport doctor --server`: this machine, and the server on it. */
export async function doctorServer(
  setting: CommandSetting,
  flags: DeploymentFlags & { readonly json?: true },
): Promise<void> {
  const { messages, terminal, language } = setting;
  const examined = await examinedOf(flags, setting);
  const deployment = deploymentOf(examined.flags, messages);
  const passphrase = terminal.environment["TWINPORT_TLS_PASSPHRASE"];
  const report = checkServer(
    await gatherServerFacts({
      deployment,
      certificates: certificatesOf(examined.flags),
      ...(passphrase !== undefined && { passphrase }),
      pids: examined.pids,
    }),
  );
  const lines = flags.json
    ? [jsonLine(factsOf(report, examined, language))]
    : [...whoseLines(examined, setting), "", ...formatServerCheck(report, language)];
  terminal.output.write(lines.map((line) => `${line}\n`).join(""));
  const code = exitCodeOf(report);
  if (code !== exitCodes.done) throw new Reported(code);
}

async function examinedOf(flags: DeploymentFlags, setting: CommandSetting): Promise<Examined> {
  const running = await runningServers();
  const here = running.filter(({ isElsewhere }) => !isElsewhere).map(({ pid }) => pid);
  if (isSaid(flags)) return { flags, server: undefined, others: [], pids: here };
  for (const server of running) {
    const own = server.isElsewhere ? undefined : flagsOf(server, setting);
    const others = here.filter((pid) => pid !== server.pid);
    if (own) return { flags: own, server, others, pids: [server.pid] };
  }
  return { flags, server: "none", others: [], pids: here };
}

/** Whether any argument says what the server is. */
function isSaid({ passive, active, activeSourcePort, ...others }: DeploymentFlags & { readonly json?: true }): boolean {
  const { listen, listenTls, tlsCert, tlsKey, tls, passivePorts, passiveAddress, maxSessions } = others;
  const given = [listen, listenTls, tlsCert, tlsKey, tls, passivePorts, passiveAddress, maxSessions];
  return !passive || !active || activeSourcePort !== "control-1" || given.some((value) => value !== undefined);
}

/** The keys in the order of the certificates, as `serve` has them. */
function certificatesOf({ tlsCert = [], tlsKey = [] }: DeploymentFlags): CertificateFiles[] {
  return tlsCert.map((cert, i) => {
    const key = tlsKey[i];
    return { cert, ...(key !== undefined && { key }) };
  });
}

function whoseLines({ server, others }: Examined, { messages }: CommandSetting): string[] {
  const say = messages.doctorServer;
  if (server === undefined) return [say.asSaid];
  if (server === "none") return [process.platform === "linux" ? say.noneRuns : say.notSeen];
  return [
    say.asItRuns(server.pid, ["twinport serve", ...withoutSecrets(server.args)].join(" ")),
    ...(server.isHidden ? [say.hidden] : []),
    ...(others.length > 0 ? [say.others(others)] : []),
  ].map(visible);
}

/** A password may stand among the arguments; it is none of a report's. */
function withoutSecrets(args: readonly string[]): string[] {
  return args.map((word, i) => {
    if (args[i - 1] === "--password") return "****";
    return word.startsWith("--password=") ? "--password=****" : word;
  });
}

function factsOf(report: ServerCheckReport, { server }: Examined, language: Language): object {
  const said = (result: ServerCheckResult): object => {
    const { check, status, code, facts } = result;
    const { sentence, fix = null } = sayServerCheck(result, language);
    return { check, status, sentence, fix, code, facts };
  };
  return {
    canServe: report.canServe,
    server: typeof server === "object" ? { pid: server.pid, args: withoutSecrets(server.args) } : null,
    checks: report.results.map(said),
    findings: findingsOf(report).map(said),
  };
}

function findingsOf({ results }: ServerCheckReport): ServerCheckResult[] {
  return results.filter(({ status }) => status === "warn" || status === "fail");
}

function exitCodeOf(report: ServerCheckReport) {
  if (!report.canServe) return exitCodes.noModeMovesData;
  return findingsOf(report).length > 0 ? exitCodes.worksWithFindings : exitCodes.done;
}
