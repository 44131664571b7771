import { displayWidth, padToWidth } from "@twinport/protocol";
import type { Server } from "@twinport/server";
import { curlArguments } from "./curl-line.ts";
import { greetingOfTls } from "./greeting-of-tls.ts";
import type { CertificateFacts } from "./certificates/certificate-facts.ts";
import type { DaemonConfig } from "./config.ts";
import type { Messages } from "./messages/index.ts";

interface GreetingParts {
  readonly config: DaemonConfig;
  readonly login: DaemonConfig["account"] | undefined;
  readonly isOneTime: boolean;
  readonly server: Server;
  readonly messages: Messages;
  /** The folder that is served, in full. */
  readonly root: string;
  /** How many accounts the file has, if there is one. */
  readonly accounts: number | undefined;
  /** Those that are shown, in the order of the configuration. */
  readonly certificates: readonly CertificateFacts[];
}

/** Stands for an account of the file. */
const SOMEBODY = { name: "NAME" };

/** What the daemon says when it is ready: where it is, who may come in, the ports of both modes, and a line to try. */
export function greeting(parts: GreetingParts): {
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
} {
  const { config, login, isOneTime, server, messages, root, accounts, certificates } = parts;
  const { urls, passivePorts, activeSourcePort } = server;
  const logins = [
    ...(login
      ? [isOneTime ? messages.oneTimeLogin(login.name, login.password) : messages.accountLogin(login.name)]
      : []),
    ...(accounts === undefined ? [] : [messages.fileLogins(accounts, config.accountsFile ?? "")]),
    ...(config.anonymous ? [messages.anonymousLogin] : []),
  ];
  const passive =
    passivePorts && passivePorts !== "any" ? messages.passivePorts(passivePorts.from, passivePorts.to) : messages.off;
  const active =
    activeSourcePort === undefined
      ? messages.off
      : messages.activePort(activeSourcePort === 0 ? messages.anyPort : String(activeSourcePort));
  const secured = greetingOfTls({ config, server, certificates, messages });
  // A password that is somebody's own is asked for and not shown; curl logs in as anonymous by itself.
  const user = login ? { name: login.name, ...(isOneTime && { password: login.password }) } : SOMEBODY;
  const rows: (readonly [string, string])[] = [
    ...urls.map((url) => [messages.url, url] as const),
    ...(secured?.rows ?? []),
    ...logins.map((one) => [messages.login, one] as const),
    [messages.passive, passive],
    [messages.active, active],
    [
      messages.tryIt,
      `curl ${curlArguments({ url: urls[0] ?? "", user: !login && config.anonymous ? undefined : user, ...secured?.shown })}`,
    ],
  ];
  const column = Math.max(...rows.map(([name]) => displayWidth(name))) + 2;
  const text = [messages.serves(root), ...rows.map(([name, value]) => `  ${padToWidth(name, column)}${value}`)].join(
    "\n",
  );
  const facts = {
    urls,
    root,
    ...(login && { user: login.name, ...(isOneTime && { oneTimePassword: login.password }) }),
    ...(accounts !== undefined && { accountsFile: config.accountsFile, accounts }),
    anonymous: config.anonymous,
    passivePorts: passivePorts ?? null,
    activeSourcePort: activeSourcePort ?? null,
    tls: secured?.facts ?? null,
  };
  return { text, facts };
}
