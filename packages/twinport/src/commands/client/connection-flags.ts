import { Option } from "commander";
import { collect } from "../collect.ts";
import type { Command } from "commander";
import type { Messages } from "../../messages/index.ts";

/** What commander makes of the options that every client command has. */
export interface ConnectionFlags {
  readonly mode: "auto" | "passive" | "active" | "epsv" | "pasv" | "eprt" | "port";
  readonly prefer?: "active" | "passive";
  readonly activePorts?: string;
  readonly activeAddress?: string;
  readonly allowSeparateTransferHost?: true;
  /** False for `--no-memory`. */
  readonly memory: boolean;
  /** False for `--no-proxy`. */
  readonly proxy?: string | false;
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly tls?: "off" | "explicit" | "implicit" | "if-offered";
  readonly clearData?: true;
  readonly insecure?: true;
  readonly ca?: string;
  readonly pin?: readonly string[];
  readonly cert?: string;
  readonly key?: string;
  readonly user?: string;
  readonly passwordStdin?: true;
  readonly netrc?: true;
  readonly charset?: string;
  readonly timeout?: string;
  readonly retries?: string;
  readonly limitRate?: string;
  readonly json?: true;
  readonly trace?: true;
}

const modes = ["auto", "passive", "active", "epsv", "pasv", "eprt", "port"];

/** Gives a command the options that say how to connect, to whom, and how to tell of it. */
export function withConnectionOptions(command: Command, messages: Messages): Command {
  const say = messages.client.options;
  command
    .addOption(new Option("--mode <mode>", say.mode).choices(modes).default("auto"))
    .addOption(new Option("--prefer <side>", say.prefer).choices(["active", "passive"]))
    .option("--allow-separate-transfer-host", say.allowSeparateTransferHost)
    .option("--no-memory", say.noMemory)
    .option("--clear-data", say.clearData);
  return withReachOptions(command, messages)
    .option("--timeout <seconds>", say.timeout)
    .option("--retries <n>", say.retries)
    .option("--limit-rate <bytes>", say.limitRate)
    .option("--json", say.json)
    .option("--trace", say.trace);
}

/** Those of them that say how to get there, and who logs in. */
export function withReachOptions(command: Command, messages: Messages): Command {
  const say = messages.client.options;
  return command
    .option("--active-ports <first-last>", say.activePorts)
    .option("--active-address <address>", say.activeAddress)
    .option("--proxy <url>", say.proxy)
    .option("--no-proxy", say.noProxy)
    .option("-4, --ipv4", say.ipv4)
    .option("-6, --ipv6", say.ipv6)
    .addOption(new Option("--tls <when>", say.tls).choices(["off", "explicit", "implicit", "if-offered"]))
    .option("--insecure", say.insecure)
    .option("--ca <file>", say.ca)
    .option("--pin <sha256>", say.pin, collect)
    .option("--cert <file>", say.cert)
    .option("--key <file>", say.key)
    .option("--user <name>", say.user)
    .option("--password-stdin", say.passwordStdin)
    .option("--netrc", say.netrc)
    .option("--charset <name>", say.charset);
}
