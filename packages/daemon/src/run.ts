import { randomInt } from "node:crypto";
import path from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import {
  allPermissions,
  anonymousAccounts,
  combinedAccounts,
  readOnlyPermissions,
  singleAccount,
} from "@twinport/accounts";
import { ChannelError, systemClock } from "@twinport/channel";
import { formatEndpoint } from "@twinport/protocol";
import { createServer } from "@twinport/server";
import { DaemonError } from "./errors.ts";
import { accountsOfFile } from "./accounts-of-file.ts";
import { explained } from "./describe.ts";
import { loadTls } from "./certificates/tls-options.ts";
import { Places, diskOptions, openFolder } from "./places.ts";
import { messagesIn } from "./messages/index.ts";
import { openLog } from "./log.ts";
import { reportEvents, reportTrace, reportWarnings } from "./report.ts";
import { onHangup, stopSignals } from "./signals.ts";
import { greeting } from "./greeting.ts";
import type { Accounts } from "@twinport/accounts";
import type { Server, TlsOptions } from "@twinport/server";
import type { Storage } from "@twinport/storage";
import type { DaemonConfig } from "./config.ts";
import type { Messages } from "./messages/index.ts";

/** An account made for one run. */
const ONE_TIME_NAME = "twinport";

/** Letters of a one-time password: none that is taken for another, none that a URL or a shell would take for its own. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/**
 * Serves until SIGTERM or SIGINT, then drains: transfers that run have their time to finish. A second signal stops at
 * once.
 *
 * @throws {ConfigError} for an option that cannot work
 * @throws {AccountsFileError} for an accounts file that cannot be used
 * @throws {DaemonError} `root-not-usable`, `cannot-listen`, `certificate-not-usable`
 */
export async function run(config: DaemonConfig): Promise<void> {
  const messages = messagesIn(config.language);
  const log = openLog(process.stdout, { json: config.json, lost: messages.linesLost, now: Date.now });
  const stop = stopSignals();
  let ignoreHangup: (() => void) | undefined;
  const hasOthers = config.anonymous || config.accountsFile !== undefined;
  const login = config.account ?? (hasOthers ? undefined : oneTimeAccount());
  using storage = openFolder(path.resolve(config.root), diskOptions(config.files), messages);
  using places = new Places(config, messages);
  const ofFile =
    config.accountsFile === undefined ? undefined : accountsOfFile(config.accountsFile, places, log, messages);
  const accounts = await ofFile?.load();
  const secured = config.tls && (await loadTls(config.tls, { log, messages, clock: systemClock }));
  using certificates = secured?.files;
  const server = serverOf(config, { storage, login, ofFile, tls: secured?.options });
  reportWarnings(server, log, messages, () => performance.now());
  if (!config.quiet) reportEvents(server, log, messages);
  if (config.trace) reportTrace(server, log, messages, config.json);
  try {
    await listen(server, config, messages);
    const ready = greeting({
      config,
      login,
      isOneTime: !config.account,
      server,
      messages,
      root: path.resolve(config.root),
      accounts,
      certificates: certificates?.facts ?? [],
    });
    log.say(ready.text);
    certificates?.watch(server);
    if (config.json) log.report({ level: "info", event: "listening", facts: ready.facts, sentence: "" });
    if (certificates) ignoreHangup = onHangup({ again: () => void certificates.look(true), gone: () => stop.ask() });
    await stop.first;
    log.report({
      level: "info",
      event: "stopping",
      facts: { drainSeconds: config.drainSeconds },
      sentence: messages.stopping(config.drainSeconds),
    });
    await Promise.race([server.close({ drain: config.drainSeconds }), stop.second.then(() => server.close())]);
    log.report({ level: "info", event: "stopped", facts: {}, sentence: messages.stopped });
  } finally {
    stop.ignore();
    ignoreHangup?.();
    await server.close();
    await log.close();
  }
}

function oneTimeAccount(): { name: string; password: string } {
  const password = Array.from({ length: 12 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
  return { name: ONE_TIME_NAME, password };
}

/** What a server is made of, beside what it is told. */
interface ServerParts {
  readonly storage: Storage;
  readonly login: DaemonConfig["account"];
  readonly ofFile: Accounts<Storage> | undefined;
  readonly tls: TlsOptions | undefined;
}

function serverOf(config: DaemonConfig, { storage, login, ofFile, tls }: ServerParts): Server {
  const permissions = config.readOnly ? readOnlyPermissions : allPermissions;
  const { mayUseOtherHosts } = config;
  const sources: Accounts<Storage>[] = [];
  if (login) sources.push(singleAccount({ ...login, permissions, mayUseOtherHosts }));
  if (ofFile) sources.push(ofFile);
  if (config.anonymous) sources.push(anonymousAccounts());
  return createServer({
    storage,
    accounts: combinedAccounts(...sources),
    passive: config.passive,
    active: config.active,
    limits: config.limits,
    compression: config.compression,
    siteDoctor: config.siteDoctor,
    loginThrottle: config.loginThrottle,
    ...(config.dataPeer && { dataPeer: config.dataPeer }),
    partialUploads: config.partialUploads,
    ...(tls && { tls }),
    ...(config.banner !== undefined && { banner: config.banner }),
    ...(config.charset !== undefined && { charset: config.charset }),
  });
}

async function listen(server: Server, { listen: addresses }: DaemonConfig, messages: Messages): Promise<void> {
  const wildcards = new Set(addresses.filter(({ address }) => address === "0.0.0.0").map(({ port }) => port));
  for (const { address, port, tls } of addresses) {
    // Both families on one port are two listeners; `::` alone takes IPv4 too.
    try {
      await server.listen({ address, port, onlyIpv6: address === "::" && wildcards.has(port), ...(tls && { tls }) });
    } catch (cause) {
      if (!(cause instanceof ChannelError)) throw cause;
      const errno = String(cause.facts["cause"]);
      const why = explained(errno, messages.listenCauses) ?? errno;
      const sentence = messages.cannotListen(formatEndpoint(address, port), why);
      throw new DaemonError("cannot-listen", sentence, { cause });
    }
  }
}
