import { formatAction, sayProblem } from "@twinport/client";
import type { MirrorAction, MirrorProblem, MirrorReport, MirrorWarning } from "@twinport/client";
import type { Attempt, ClientError, ClientErrorCode, ClientWarning } from "@twinport/client";
import type { Facts, FigureWords, ModeReason, PassiveReason } from "@twinport/protocol";

/** Why a mode, an address or a port was chosen. */
type Because = ModeReason | PassiveReason | "port-only" | "told-by-option" | "control-local-address";

/** What a mirror has done, in numbers. */
type MirrorCounts = Pick<MirrorReport, "transferred" | "bytes" | "removed"> & {
  readonly same: number;
  readonly failed: number;
};

/** What the client's commands say, in English. */
export const clientEn = {
  commands: {
    get: "download files",
    put: "upload files",
    ls: "list folders",
    cat: "write files to the standard output",
    rm: "remove files",
    mv: "rename or move something",
    mkdir: "make folders",
    rmdir: "remove empty folders",
    stat: "say what stands at a path",
    hash: "say the hash of a file, as the server computes it",
    chmod: "set Unix permission bits",
    mirror: "make a folder like another one, one of them on a server",
    fxp: "have one server send a file to another one",
    modes: "what is remembered of which mode works where",
    shell: "work with a server command by command",
  },
  arguments: {
    urls: "ftp://, ftpes:// (TLS by AUTH) or ftps:// (TLS from the first byte); the path is percent-encoded UTF-8, seen from the login folder",
    getWhat: "URLs, and last the local file or folder (default: here, under the same name; - is the standard output)",
    putWhat: "local files (- is the standard input), and last the URL; with a slash at its end the names are kept",
    url: "the URL of a server, or of a folder there",
    newPath: "the new path, seen from the login folder, or from the top if it begins with a slash; not percent-encoded",
    mirrorFrom: "the folder to take from: a URL, or a local folder",
    mirrorTo: "the folder to make like it: a local folder, or a URL",
    fxpFrom: "the URL of the file",
    fxpTo: "where it goes on the other server; with a slash at its end the name is kept",
    bits: "permission bits in octal, as 640",
  },
  options: {
    mode: "how data connections are made",
    prefer: "what --mode auto tries first (default: passive)",
    activePorts: "ports to open here for active mode, as 40000-40099",
    activeAddress: "address that the server is told to connect to, where NAT stands between",
    allowSeparateTransferHost: "connect to another public address than the server's where it names one in passive mode",
    noMemory: "neither use nor keep what is known of which mode works where (see twinport modes)",
    proxy:
      "socks5://, http:// or https:// (CONNECT), or ftp:// (USER user@host); default: FTP_PROXY or ALL_PROXY, and NO_PROXY",
    noProxy: "no proxy, whatever the environment says",
    ipv4: "IPv4 only",
    ipv6: "IPv6 only",
    tls: "TLS: off, explicit (AUTH), implicit, or if-offered (default: as the URL says)",
    clearData: "data in clear while commands are protected (PROT C)",
    insecure: "take any certificate: nobody knows then who is at the other end",
    ca: "file with the certificates of the authorities to believe (PEM)",
    pin: "SHA-256 of the server's certificate, or sha256//BASE64 of its public key; repeatable",
    cert: "file with our own certificate (PEM)",
    key: "file with its key (PEM)",
    user: "who logs in (default: as the URL says, else anonymous)",
    passwordStdin: "read the password from the first line of the standard input; else TWINPORT_PASSWORD has it",
    netrc: "look the login up in ~/.netrc",
    charset: "charset of names on the wire, as gbk, or auto:gbk for UTF-8 until a name comes that is none",
    timeout: "seconds that any wait may take",
    retries: "how often a broken transfer is taken up again (default: 2)",
    limitRate: "bytes a second, as 500k",
    json: "a JSON object a line",
    trace: "tell every command, reply and attempt, and draw each transfer with its ports",
    resume: "go on where an earlier transfer stopped",
    verify: "compare afterwards: size, hash, or nothing (default: size; without a word: hash)",
    ascii: "text: line ends are changed on the way",
    noTimes: "leave the time of modification as it falls",
    atomic: "upload under another name, and rename when it is whole",
    parallel: "connections that may be used at the same time",
    algorithm: "the algorithm (default: the strongest that the server offers)",
    names: "names only, one a line",
    recursive: "with all that is below",
    recursiveRemove: "folders too, with all that is in them",
    compare: "what tells that a file has changed: size, time or hash (default: size and time)",
    delete: "remove what the source does not have",
    include: "only what fits, as *.html, build/ or docs/**; repeatable",
    exclude: "leave alone what fits, on both sides; repeatable",
    links: "symbolic links of the source: leave them alone, or follow them",
    dryRun: "say what would be done, and do nothing",
    noAtomic: "upload under the names themselves, not under others first",
    parents: "make the folders above too; one that is there is no error",
  },
  usage: {
    notAUrl: (written: string) => `${written} is no FTP URL: it begins with none of ftp://, ftpes:// and ftps://`,
    noUrl: "a URL is missing: ftp://HOST/PATH",
    noSourceFile: "what to upload is missing: put LOCAL… URL",
    namesAFolder: (url: string) => `${url} names a folder; to fetch one with all that is in it: twinport mirror`,
    noPath: (url: string) => `${url} names nothing on the server`,
    manyToOne: (local: string) => `${local} is no folder, and cannot take several files (a folder ends with /)`,
    manyToOneUrl: "several files need a URL that ends with /",
    inputNeedsName: "what comes from the standard input needs a name in the URL",
    inputTwice: "the standard input can be read once only",
    mirrorNeedsOneUrl: "mirror needs a URL and a local folder",
    otherServer: (url: string) => `${url} is on another server`,
    notBits: (written: string) => `permission bits are octal, as 640, not "${written}"`,
    notARange: (written: string) => `--active-ports needs FIRST-LAST, as 40000-40099, not "${written}"`,
    notARate: (written: string) => `--limit-rate needs bytes a second, as 500k or 1.5M, not "${written}"`,
    notSeconds: (option: string, written: string) => `${option} needs a number of seconds above 0, not "${written}"`,
    notRetries: (written: string) => `--retries needs a whole number, not "${written}"`,
    notParallel: (written: string) => `--parallel needs a whole number above 0, not "${written}"`,
    bothFamilies: "--ipv4 and --ipv6 leave no address",
    notUsableForTls: (why: string) => `--ca, --cert and --key: what is in these files cannot be used: ${why}`,
    certNeedsKey: "--cert and --key need each other",
    notAPin: (written: string) =>
      `--pin needs a certificate's SHA-256 (64 hex digits), or sha256// and its key's in base64, not "${written}"`,
    noPasswordOnInput: "--password-stdin: the standard input has no password in its first line",
  },
  passwordOf: (user: string, host: string) => `Password of ${user} at ${host}: `,
  netrcIsOpen: (file: string) => `twinport: warning: others can read the passwords in ${file} (chmod 600)`,
  warning: (sentence: string) => `twinport: warning: ${sentence}`,
  error: (error: ClientError): string => (ownWords[error.code] ?? (() => error.message))(error.facts),
  /** What was said in English by the system or by a layer below. */
  failure: (message: string, _path?: string) => message,
  isAFolder: (url: string) => `${url} is a folder; the standard input needs a name in it`,
  partKept: "what has arrived is kept; with --resume it goes on from there",
  attempt: (attempt: Attempt): string => {
    const mode = attempt.mode.toUpperCase();
    const took = attempt.seconds.toFixed(1);
    return attempt.outcome === "moved"
      ? `${mode}: data moved in ${took} s`
      : `${mode}: ${failures[attempt.outcome](attempt.facts)} (${took} s)`;
  },
  hints: {
    passiveDropped:
      "passive: something drops connections to the server's data ports. Usually that is the server's firewall, which has to let its passive range in; it may also be ours, on the way out.",
    passiveRejected:
      "passive: the server's data port is shut. Its passive range is not let in by its firewall, or not forwarded to it.",
    passiveBroken: "passive: a connection stands, and nothing comes through it: something on the way cuts it.",
    passiveRefused: "passive: the server has it switched off.",
    activeDropped:
      "active: the server cannot reach a port of this computer: our firewall or NAT stops it, or the server may not go out. Open a range here and name it with --active-ports; behind NAT forward it too, and name the outer address with --active-address.",
    activeRefused: "active: the server has it switched off, or refuses the address that it was told.",
    activeNoPort: "active: no port could be opened here; another range may do (--active-ports).",
    tls: "TLS hides the port numbers: a NAT or firewall that reads along cannot open them by itself.",
    wantsTls: "The server wants TLS: ftpes:// in place of ftp://, or --tls explicit.",
    nothingTried:
      "What was asked for cannot name the server's kind of address: PASV and PORT are for IPv4 only, EPSV and EPRT for both.",
    onlyPassive: "Only passive mode was asked for; --mode auto tries the other one too.",
    onlyActive: "Only active mode was asked for; --mode auto tries the other one too.",
  },
  warnings: {
    "passive-address-replaced": ({ told, dialed }) =>
      `the server named ${told} for its data, which leads nowhere or elsewhere; ${dialed} is used, where its commands go`,
    "preferred-port-taken": ({ port }) => `port ${port} beside the command connection's is taken; another one is used`,
    "final-reply-missing": ({ why }) => `the server did not say that it is done (${why}); the size says that it is`,
    "mode-fell-back": ({ mode, failed }) =>
      `${String(mode).toUpperCase()} moves data; failed before it: ${failedBefore(String(failed).split(", ")).join(", ")}`,
    "connection-renewed": () => "the command connection was lost, and made anew",
    "transfer-resumed": ({ path, at }) => `the transfer of ${path} broke; it goes on at byte ${at}`,
    "tls-not-offered": ({ said }) => `the server does not speak TLS (${said}): all goes in clear`,
    "tls-end-missing": () => "TLS was cut off at the end of the data; the size says that all is there",
    "listing-line-not-understood": ({ line, because }) => `a line of the listing is left out (${because}): ${line}`,
    "memory-not-written": ({ cause }) =>
      `which mode worked could not be kept: ${String(cause).replace(/^Error: /, "")}`,
    "connections-limited": ({ limit }) => `the server takes no more than ${limit} connections of ours`,
    "call-repeated": ({ cause }) => `it is tried once more: ${cause}`,
    "hash-not-offered": ({ path }) => `the server computes no hash: of ${path} only the size is compared`,
    "segments-not-possible": ({ path, cause }) =>
      `${path} cannot be fetched in parts (${cause}): one connection fetches it all`,
  } satisfies Record<ClientWarning["code"], (facts: Facts) => string> as Record<
    ClientWarning["code"],
    (facts: Facts) => string
  >,
  because: {
    "asked-for": "asked for",
    "worked-before": "it worked before",
    preferred: "preferred",
    "clients-are-seldom-reached": "clients can seldom be reached",
    "needs-no-address": "it needs no address",
    "boxes-rewrite-port-only": "boxes on the way know PORT only",
    "the-other-command": "the other command for it",
    "local-address-hidden-by-tls": "TLS hides our address from NAT",
    "last-resort": "nothing else is left",
    "port-only": "the server named a port only",
    "reply-matches-control-peer": "the address is the server's own",
    "reply-unspecified": "the server named no address",
    "reply-unreachable": "the address that the server named leads nowhere from here",
    "reply-differs": "the server named another address",
    "control-peer-preferred": "its own is used",
    "told-to-trust-reply": "as told by option",
    "told-by-option": "as told by option",
    "control-local-address": "the address that its commands come from",
  } satisfies Record<Because, string> as Readonly<Record<string, string>>,
  trace: {
    reasons: (reasons: readonly string[]) => reasons.join(", "),
    connected: (from: string, to: string) => `connected ${from} → ${to}`,
    secured: (protocol: string, isResumed: boolean) => `${protocol}${isResumed ? ", session resumed" : ""}`,
    attempt: (mode: string, because: string) => `${mode} is tried: ${because}`,
    ended: (mode: string, seconds: string) => `${mode} has done its part (${seconds} s)`,
    dialing: (from: string, to: string, because: string) => `data: dialing ${to} from ${from} (${because})`,
    dialFailed: (to: string, code: string) => `data: ${to}: ${sayOutcome(code)}`,
    offered: (bound: string, told: string) => `data: port ${bound} is open; the server is told ${told}`,
    dataConnected: (local: string, peer: string) => `data: connected ${local} ↔ ${peer}`,
    closed: (because: string) => `closed: ${because}`,
  },
  figure: {
    active: "active",
    passive: "passive",
    client: "client",
    server: "server",
    connects: "opens the data connection",
    data: "data and ACK",
    neverConnected: "never connected",
    complete: (bytes) => `complete, ${bytes} bytes`,
    // How much had moved is not in the trace.
    aborted: (_bytes, code) => `broken off (${sayOutcome(code)})`,
  } satisfies FigureWords as FigureWords,
  progress: {
    left: (time: string) => `${time} left`,
    done: (name: string, size: string, rate: string) => `${name}  ${size}  (${rate})`,
  },
  mirror: {
    listed: (entries: number, folders: number) => `names found: ${entries} (folders: ${folders})`,
    action: (action: MirrorAction): string => formatAction(action),
    problem: (problem: MirrorProblem): string => `! ${sayProblem(problem)}`,
    plan: (actions: number, bytes: number, same: number) =>
      `${actions} things to do, ${bytes} bytes to move, ${same} files the same`,
    result: ({ transferred, bytes, removed, same, failed }: MirrorCounts) =>
      `${transferred} files moved (${bytes} bytes), ${same} the same, ${removed} removed${failed === 0 ? "" : `, ${failed} failed`}`,
    warnings: {
      "times-not-comparable": (count) =>
        `the times of ${count} files cannot be compared: the server does not say in which zone they are`,
      "times-may-not-be-kept": () =>
        "it is not known whether the server keeps times: only what is newer here counts as changed",
      "not-atomic": () => "the server does not let files be renamed into place: they go under their own names at once",
      "times-not-set": (count) => `${count} files did not get their time`,
      "fewer-connections": (count) => `the server does not take more than ${count} connections`,
    } satisfies Record<MirrorWarning["code"], (count: number) => string> as Record<
      MirrorWarning["code"],
      (count: number) => string
    >,
  },
  modes: {
    list: "list what is remembered",
    forget: "forget a server, or all",
    host: "its name, with or without the port (default: all)",
    notAHost: (written: string) => `${written} is no host; as ftp.example.org, or ftp.example.org:2121`,
    /** What failed before, each as the mode and how it ended. */
    before: (failed: readonly string[]) => failedBefore(failed).join(", "),
    columns: ["SERVER", "FROM", "MODE", "LEARNED", "EXPIRES", "FAILED BEFORE IT"],
  },
  shell: {
    notAVerb: (word: string) => `${word} is no command; help lists them`,
    usage: (usage: string) => `it is: ${usage}`,
    verbs: {
      cd: "go to a folder of the server, or back to where the login began",
      pwd: "say in which folder of the server we are",
      ls: "list a folder",
      get: "download a file, or all that a pattern fits",
      put: "upload a file, or all that a pattern fits",
      cat: "show files",
      mkdir: "make folders",
      rm: "remove files",
      rmdir: "remove empty folders",
      mv: "rename or move",
      stat: "say what stands at a path",
      hash: "say the hash of a file",
      chmod: "set permission bits",
      lcd: "go to a local folder",
      lpwd: "say in which local folder we are",
      lls: "list a local folder",
      quote: "send an FTP command as it is, and show the reply",
      help: "list the commands",
      quit: "leave",
    },
  },
  ls: { heading: (url: string) => `${url}:` },
  stat: {
    name: "name",
    kind: "kind",
    size: "size",
    modified: "modified",
    mode: "mode",
    owner: "owner",
    group: "group",
    target: "leads to",
    kinds: { file: "file", directory: "folder", link: "link", other: "other", unknown: "unknown" },
    bytes: (bytes: number) => `${bytes} bytes`,
    serversTime: (time: string) => `${time} (in the server's zone)`,
  },
};

/** An option of the client, as it is written on the command line. */
export function flagOf(option: unknown): string {
  return `--${String(option).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What is said otherwise than the client says it by itself: there the attempts follow, a line each. */
const ownWords: Partial<Record<ClientErrorCode, (facts: Facts) => string>> = {
  "no-mode-moves-data": () => "no mode moves data",
  aborted: () => "interrupted",
  "option-not-valid": ({ option, because }) => `${flagOf(option)} ${because}`,
};

const at = ({ address, port }: Facts): string => (address === undefined ? "it" : `${address} port ${port}`);
const ours = ({ port }: Facts): string => (port === undefined ? "our port" : `our port ${port}`);
const withSaid = ({ said }: Facts): string => (said === undefined ? "" : `: ${said}`);
const withCause = ({ cause }: Facts): string => (cause === undefined ? "" : `: ${cause}`);

const failures: Readonly<Record<Exclude<Attempt["outcome"], "moved">, (facts: Facts) => string>> = {
  refused: (facts) => `the server refuses what was to be transferred${withSaid(facts)}`,
  stopped: () => "ended on this side",
  "command-refused": (facts) => `refused by the server${withSaid(facts)}`,
  "reply-not-usable": (facts) => `the server says yes, and not where${withSaid(facts)}`,
  "dial-refused": (facts) => `${at(facts)} refuses the connection`,
  "dial-silent": (facts) => `${at(facts)} did not answer`,
  "dial-unreachable": (facts) => `there is no way to ${at(facts)}${withCause(facts)}`,
  "nobody-came": (facts) => `the server did not come to ${ours(facts)}`,
  "server-cannot-connect": (facts) => `the server has no data connection${withSaid(facts)}`,
  "data-broken": (facts) => `the data connection broke${withCause(facts)}`,
  "no-bytes": (facts) => `a connection to ${at(facts)} stood, and no byte came through it`,
  "control-silent": () => "the server fell silent",
  "control-lost": (facts) => `the command connection was lost${withCause(facts)}`,
  "cannot-listen": (facts) => `no port can be opened here${withCause(facts)}`,
  "tls-failed": (facts) => `TLS on the data connection did not come about${withCause(facts)}`,
};

/** How an attempt ended, of which no more is known than the word for it; another word stays as it is. */
function sayOutcome(outcome: string): string {
  const say = Object.hasOwn(failures, outcome) ? failures[outcome as keyof typeof failures] : undefined;
  return say ? say({}) : outcome;
}

/** Modes and how they ended, as `epsv dial-silent` or `epsv: dial-silent`. */
function failedBefore(failed: readonly string[]): string[] {
  return failed.map((one) => {
    const [, mode = one, outcome = ""] = /^(\w+):? (\S+)$/.exec(one) ?? [];
    return outcome === "" ? one : `${mode.toUpperCase()} (${sayOutcome(outcome)})`;
  });
}

/** The client's sentences that every language has. */
export type ClientMessages = typeof clientEn;
