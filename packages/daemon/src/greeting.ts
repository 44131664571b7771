import { displayWidth, padToWidth } from "@twinport/protocol";
import type { Server } from "@twinport/server";
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
}

/** Stands for an account of the file. */
const SOMEBODY = { name: "NAME", password: "" };

/** What the daemon says when it is ready: where it is, who may come in, the ports of both modes, and a line to try. */
export function greeting({ config, login, isOneTime, server, messages, root, accounts }: GreetingParts): {
  readonly text: string;
  readonly facts: Readonly<Record<string, unknown>>;
} {
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
  const rows: [string, string][] = [
    ...urls.map((url): [string, string] => [messages.url, url]),
    ...logins.map((one): [string, string] => [messages.login, one]),
    [messages.passive, passive],
    [messages.active, active],
    [
      messages.tryIt,
      `curl ${curlArguments(urls[0] ?? "", login ?? (config.anonymous ? undefined : SOMEBODY), isOneTime && login !== undefined)}`,
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
  };
  return { text, facts };
}

/** A password that is somebody's own is asked for and not shown; curl logs in as anonymous by itself. */
function curlArguments(url: string, login: DaemonConfig["account"] | undefined, isOneTime: boolean): string {
  if (!login) return url;
  if (!isOneTime) return `--user ${login.name} ${url}`;
  return url.replace("ftp://", `ftp://${encodeURIComponent(login.name)}:${encodeURIComponent(login.password)}@`);
}
