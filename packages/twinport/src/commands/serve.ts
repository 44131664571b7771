import process from "node:process";
import { Command, Option } from "commander";
import { run } from "@twinport/daemon";
import { UsageError } from "../usage-error.ts";
import { addListenOption, addMaxSessionsOption, addModeOptions, listenOf, modesOf } from "./deployment-options.ts";
import { numberOf, secondsOrNone, wholeOf } from "./option-values.ts";
import { addTlsOptions, tlsOf } from "./serve-tls.ts";
import type { DaemonConfig, Language } from "@twinport/daemon";
import type { Limits } from "@twinport/server";
import type { Messages } from "../messages/index.ts";
import type { DeploymentFlags } from "./deployment-options.ts";
import type { TlsFlags } from "./serve-tls.ts";

/** What commander makes of the arguments of `serve`. */
interface ServeFlags extends DeploymentFlags, TlsFlags {
  readonly user?: string;
  readonly password?: string;
  readonly accounts?: string;
  readonly anonymous?: true;
  readonly readOnly?: true;
  readonly compression: boolean;
  readonly siteDoctor: boolean;
  readonly allowFxp?: true;
  readonly maxSessionsPerAddress?: string;
  readonly maxSessionsPerAccount?: string;
  readonly maxLoginFailures?: string;
  readonly banAfter?: string;
  readonly banTime?: string;
  readonly dataPeer?: string;
  readonly loginTimeout?: string;
  readonly idleTimeout?: string;
  readonly passiveTimeout?: string;
  readonly activeTimeout?: string;
  readonly dataTimeout?: string;
  readonly banner?: string;
  readonly charset?: string;
  readonly rateUp?: string;
  readonly rateDown?: string;
  readonly totalRateUp?: string;
  readonly totalRateDown?: string;
  readonly partialUploads: "keep" | "discard";
  readonly uploads: "direct" | "atomic";
  readonly unfinishedPattern?: string;
  readonly unfinishedFolder?: string;
  readonly umask?: string;
  readonly sync: "none" | "file" | "all";
  readonly drainTimeout: string;
  readonly trace?: true;
  readonly quiet?: true;
  readonly json?: true;
}

/** `twinport serve [ROOT]`. */
export function serveCommand(messages: Messages, language: Language): Command {
  const say = messages;
  const command = new Command("serve").description(say.serve).argument("[root]", say.root, ".");
  addTlsOptions(addListenOption(command, messages), messages)
    .option("--user <name>", say.user)
    .option("--password <password>", say.password)
    .option("--accounts <file>", say.accounts)
    .option("--anonymous", say.anonymous)
    .option("--read-only", say.readOnly);
  addModeOptions(command, messages)
    .option("--no-compression", say.noCompression)
    .option("--no-site-doctor", say.noSiteDoctor)
    .option("--allow-fxp", say.allowFxp);
  return addMaxSessionsOption(command, messages)
    .option("--max-sessions-per-address <n>", say.maxSessionsPerAddress)
    .option("--max-sessions-per-account <n>", say.maxSessionsPerAccount)
    .option("--max-login-failures <n>", say.maxLoginFailures)
    .option("--ban-after <n>", say.banAfter)
    .option("--ban-time <seconds>", say.banTime)
    .option("--data-peer <who>", say.dataPeer)
    .option("--login-timeout <seconds>", say.loginTimeout)
    .option("--idle-timeout <seconds>", say.idleTimeout)
    .option("--passive-timeout <seconds>", say.passiveTimeout)
    .option("--active-timeout <seconds>", say.activeTimeout)
    .option("--data-timeout <seconds>", say.dataTimeout)
    .option("--banner <text>", say.banner)
    .option("--charset <name>", say.charset)
    .option("--rate-up <bytes>", say.rateUp)
    .option("--rate-down <bytes>", say.rateDown)
    .option("--total-rate-up <bytes>", say.totalRateUp)
    .option("--total-rate-down <bytes>", say.totalRateDown)
    .addOption(new Option("--partial-uploads <what>", say.partialUploads).choices(["keep", "discard"]).default("keep"))
    .addOption(new Option("--uploads <how>", say.uploads).choices(["direct", "atomic"]).default("direct"))
    .option("--unfinished-pattern <name>", say.unfinishedPattern)
    .option("--unfinished-folder <path>", say.unfinishedFolder)
    .option("--umask <bits>", say.umask)
    .addOption(new Option("--sync <what>", say.sync).choices(["none", "file", "all"]).default("none"))
    .option("--drain-timeout <seconds>", say.drainTimeout, "30")
    .option("--trace", say.trace)
    .option("--quiet", say.quiet)
    .option("--json", say.json)
    .action(async (root: string, flags: ServeFlags) => {
      await run(configOf(root, flags, process.env, messages, language));
    });
}

/**
 * The daemon's configuration as the arguments say it.
 *
 * @throws {UsageError}
 */
function configOf(
  root: string,
  flags: ServeFlags,
  environment: NodeJS.ProcessEnv,
  messages: Messages,
  language: Language,
): DaemonConfig {
  const account = accountOf(flags, environment, messages);
  const modes = modesOf(flags, messages);
  const tls = tlsOf(flags, environment, messages);
  return {
    root,
    listen: listenOf(flags, messages),
    ...(tls && { tls }),
    ...(account && { account }),
    ...(flags.accounts !== undefined && { accountsFile: flags.accounts }),
    anonymous: flags.anonymous ?? false,
    readOnly: flags.readOnly ?? false,
    mayUseOtherHosts: flags.allowFxp ?? false,
    ...modes,
    compression: flags.compression,
    siteDoctor: flags.siteDoctor,
    limits: limitsOf(flags, messages),
    loginThrottle: throttleOf(flags, messages),
    ...(flags.dataPeer !== undefined && { dataPeer: dataPeerOf(flags.dataPeer, messages) }),
    partialUploads: flags.partialUploads,
    files: {
      uploads: flags.uploads,
      unfinished: {
        ...(flags.unfinishedPattern !== undefined && { pattern: flags.unfinishedPattern }),
        ...(flags.unfinishedFolder !== undefined && { folder: flags.unfinishedFolder }),
      },
      sync: flags.sync,
      ...(flags.umask !== undefined && { umask: umaskOf(flags.umask, messages) }),
    },
    drainSeconds: secondsOrNone("--drain-timeout", flags.drainTimeout, messages),
    ...(flags.banner !== undefined && { banner: flags.banner }),
    ...(flags.charset !== undefined && { charset: flags.charset }),
    trace: flags.trace ?? false,
    quiet: flags.quiet ?? false,
    json: flags.json ?? false,
    language,
  };
}

function accountOf(flags: ServeFlags, environment: NodeJS.ProcessEnv, messages: Messages): DaemonConfig["account"] {
  const password = flags.password ?? environment["TWINPORT_PASSWORD"];
  if (flags.user === undefined) {
    if (flags.password !== undefined) throw new UsageError(messages.passwordWithoutUser);
    return undefined;
  }
  if (password === undefined) throw new UsageError(messages.userWithoutPassword);
  return { name: flags.user, password };
}

function limitsOf(flags: ServeFlags, messages: Messages): Partial<Limits> {
  const whole = (option: string, value: string): number => wholeOf(option, value, messages);
  const seconds = (option: string, value: string): number => numberOf(option, value, messages);
  const limits: [keyof Limits, string, string | undefined, (option: string, value: string) => number][] = [
    ["sessions", "--max-sessions", flags.maxSessions, whole],
    ["sessionsPerAddress", "--max-sessions-per-address", flags.maxSessionsPerAddress, whole],
    ["sessionsPerAccount", "--max-sessions-per-account", flags.maxSessionsPerAccount, whole],
    ["loginFailures", "--max-login-failures", flags.maxLoginFailures, whole],
    ["loginSeconds", "--login-timeout", flags.loginTimeout, seconds],
    ["idleSeconds", "--idle-timeout", flags.idleTimeout, seconds],
    ["offerSeconds", "--passive-timeout", flags.passiveTimeout, seconds],
    ["dialSeconds", "--active-timeout", flags.activeTimeout, seconds],
    ["stallSeconds", "--data-timeout", flags.dataTimeout, seconds],
    ["rateUp", "--rate-up", flags.rateUp, whole],
    ["rateDown", "--rate-down", flags.rateDown, whole],
    ["totalRateUp", "--total-rate-up", flags.totalRateUp, whole],
    ["totalRateDown", "--total-rate-down", flags.totalRateDown, whole],
  ];
  const given = limits.flatMap(([limit, option, value, read]) =>
    value === undefined ? [] : [[limit, read(option, value)] as const],
  );
  return Object.fromEntries(given);
}

function throttleOf(flags: ServeFlags, messages: Messages): DaemonConfig["loginThrottle"] {
  // 0 is nobody, never.
  if (flags.banAfter === "0") return false;
  return {
    ...(flags.banAfter !== undefined && { banAfter: wholeOf("--ban-after", flags.banAfter, messages) }),
    ...(flags.banTime !== undefined && { banSeconds: numberOf("--ban-time", flags.banTime, messages) }),
  };
}

/** `exact`, `any`, or the lengths of networks: `/24` or `/24,/64`. */
function dataPeerOf(value: string, messages: Messages): NonNullable<DaemonConfig["dataPeer"]> {
  if (value === "exact" || value === "any") return value;
  const found = /^\/(\d{1,2})(?:,\/(\d{1,3}))?$/.exec(value);
  const [ipv4Bits, ipv6Bits] = [Number(found?.[1]), Number(found?.[2] ?? 128)];
  if (!found || ipv4Bits < 1 || ipv4Bits > 32 || ipv6Bits < 1 || ipv6Bits > 128) {
    throw new UsageError(messages.notADataPeer(value));
  }
  return { ipv4Bits, ipv6Bits };
}

function umaskOf(value: string, messages: Messages): number {
  if (!/^0?[0-7]{3}$/.test(value)) throw new UsageError(messages.notAUmask(value));
  return Number.parseInt(value, 8);
}
