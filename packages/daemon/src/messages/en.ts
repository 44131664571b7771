import { accountsFileWords } from "@twinport/accounts";
import { tlsEn } from "./tls-en.ts";
import type { FigureWords } from "@twinport/protocol";

const figure: FigureWords = {
  active: "active",
  passive: "passive",
  client: "client",
  server: "server",
  connects: "opens the data connection",
  data: "data and ACK",
  neverConnected: "never connected",
  complete: (bytes) => `complete, ${bytes} bytes`,
  aborted: (bytes, code) => `aborted after ${bytes} bytes (${code})`,
};

/** What the daemon says, in English. */
export const en = {
  serves: (root: string) => `Twinport serves ${root}`,
  url: "URL",
  login: "login",
  oneTimeLogin: (name: string, password: string) => `${name}, one-time password ${password}`,
  accountLogin: (name: string) => name,
  anonymousLogin: "anonymous, any password",
  passive: "passive",
  passivePorts: (from: number, to: number) => `the client connects to ports ${from}-${to} here`,
  active: "active",
  activePort: (port: string) => `this server connects to the client from port ${port}`,
  anyPort: "any",
  off: "off",
  tryIt: "try",
  stopping: (seconds: number) => `Stopping; transfers that run have ${seconds} s to finish. Once more to stop at once.`,
  stopped: "Stopped.",
  loggedIn: (name: string, peer: string) => `${name} logged in from ${peer}`,
  loginRefused: (name: string, peer: string) => `login as ${name} refused, from ${peer}`,
  sessionRefused: (peer: string, because: string) => `session from ${peer} refused: ${because}`,
  transferred: (name: string, what: string, bytes: number, seconds: string) =>
    `${name} ${what}: ${bytes} bytes in ${seconds} s`,
  transferFailed: (name: string, what: string, bytes: number, code: string) =>
    `${name} ${what}: failed after ${bytes} bytes (${code})`,
  rootNotUsable: (root: string, why: string) => `cannot serve ${root}: ${why}`,
  cannotListen: (endpoint: string, cause: string) => `cannot listen on ${endpoint}: ${cause}`,
  /** What a system error means where the daemon listens, and where it opens its folder. */
  listenCauses: {
    EADDRINUSE: "another program listens there",
    EADDRNOTAVAIL: "that is no address of this machine",
    EACCES: "that is not allowed; ports below 1024 need root or CAP_NET_BIND_SERVICE",
    ENOTFOUND: "there is no such name",
  } as Readonly<Record<string, string>>,
  rootCauses: {
    ENOENT: "there is no such folder",
    ENOTDIR: "that is not a folder",
    EACCES: "that is not allowed",
  } as Readonly<Record<string, string>>,
  linesLost: (count: number) => `${count} log lines were lost: nobody read them`,
  warnings: {
    "active-port-refused": (port: number, cause: string) =>
      `active data connections cannot come from port ${port} (${cause}) and come from any other: firewalls that expect this port will refuse them`,
    "accept-failed": (endpoint: string, cause: string) =>
      `clients of ${endpoint} were cut off without a greeting: they cannot be accepted (${cause})`,
    "login-banned": (peer: string, name: string, scope: "name" | "address") =>
      scope === "name"
        ? `too many refused logins of ${name} from ${peer}: that name is shut out from there for a while`
        : `too many different names were tried from ${peer} (the last was ${name}): only names that were let in from there before may try again for a while`,
    "passive-port-busy": (endpoint: string, cause: string) =>
      `passive port ${endpoint} cannot be opened (${cause}) and is left out; another program may hold it`,
    "passive-address-unreachable": (peer: string, advertised: string) =>
      `${peer} was told to connect to ${advertised}, which it cannot reach from where it is: set --passive-address to the address by which it knows this server`,
    "passive-name-not-resolved": (name: string, cause: string) =>
      `the passive address ${name} cannot be looked up (${cause})`,
    "offers-not-taken": (clients: number, network: string, { from, to }: PortsSaid) => {
      const who = `${clients} client${clients === 1 ? "" : "s"} from ${network}`;
      return from === to
        ? `${who} never reached port ${from}: it is probably closed on the way`
        : `${who} never reached ports ${from}-${to}: the range is probably closed on the way`;
    },
    "session-failed": (error: string) => `a session failed unexpectedly: ${error}`,
    "storage-failed": (error: string) => `the storage failed: ${error}`,
    "accounts-failed": (error: string) => `a login could not be decided: ${error}`,
    "hook-failed": (error: string) => `a hook failed: ${error}`,
    "login-in-clear": (name: string, peer: string) =>
      `PASSWORD IN CLEAR: ${name} sent its password without TLS from ${peer}, which is a public address: everybody on the way could read the password; change it, and start with --tls required, or give the account "tls": "required"`,
    "foreign-protocol": {
      http: (peer: string, at: string) => `${peer} sent an HTTP request to ${at}, which speaks FTP; it was cut off`,
      tls: (peer: string, at: string) =>
        `${peer} began with TLS at ${at}, where a session begins in clear; clients with implicit TLS (ftps://) need an address of their own: --listen-tls`,
      other: (peer: string, at: string) => `${peer} sent something else than FTP to ${at}; it was cut off`,
    },
    "tls-failed": (peer: string, cause: string) => `TLS with ${peer} could not be agreed on: ${cause}`,
    "clear-behind-auth": (peer: string, bytes: number) =>
      `${bytes} bytes in clear came from ${peer} behind AUTH and were thrown away: somebody on the way may have put them there`,
  },
  figure,
  tls: tlsEn,
  accountsFile: accountsFileWords,
  fileLogins: (count: number, file: string) => `${count} account${count === 1 ? "" : "s"} of ${file}`,
  accountsReloaded: (count: number, file: string) =>
    `${file} has changed: it has ${count} account${count === 1 ? "" : "s"} now`,
  accountsKept: (problem: string) => `${problem}; the accounts stay as they were`,
  andUnsaid: (sentence: string, count: number) => `${sentence}; ${count} more since it was last said`,
};

/** The sentences that every language has. */
export type Messages = typeof en;

/** Ports as a sentence has them. */
interface PortsSaid {
  readonly from: number;
  readonly to: number;
}
