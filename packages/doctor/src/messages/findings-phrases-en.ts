import type { Side } from "../findings.ts";
import { openingsOf } from "./openings.ts";
import type { CauseSentences, FindingView } from "./finding-view.ts";

export const ends: Readonly<Record<Side, string>> = {
  client: "at your end",
  server: "at the server's end",
  undecided: "at your end or at the server's: from here both look alike",
};

export const openings = openingsOf({
  inAtServer: (ports) =>
    `on the server's side, let in TCP to its passive ports (told here: ${ports}); give the server a fixed range and open that`,
  outAtClient: (ports) => `on your side, let out TCP to the server's passive ports (told here: ${ports})`,
  inAtClient:
    "on your side, let in TCP from the server (from its port 20, where it keeps to that) to the ports that your client offers (--active-ports 40000-40099)",
  outAtServer: "on the server's side, let out TCP from its port 20 to ports 1024-65535",
  either: (one, other) => `${one}; or ${other}`,
  both: (one, other) => `${one}; and ${other}`,
  by: (text, command) => `${text}: ${command}`,
  range: "FROM-TO",
});

export const elsewhere = (port: string): string =>
  `Run twinport doctor from another network: if port ${port} is reached there, it is your end. Or run twinport doctor --server on the server.`;
export const moving =
  "Run twinport doctor from another network: if data moves there, it is your end. Or run twinport doctor --server on the server.";
export const fromElsewhere =
  "Run twinport doctor in active mode from a host that nothing protects: if the server comes there, it is your end. Or run twinport doctor --server on the server.";

export const words = (said: string): string => (said === "" ? "" : ` (it said: ${said})`);
const sightOf: Readonly<Record<string, string>> = {
  "half-open":
    " The server's host has seen our SYN, and its answer has not come back: it is the way back that is shut.",
  nothing: " Nothing of it came to the server's host.",
};
export const sight = ({ fact }: FindingView): string => {
  if (fact("by") === "answer-came-early")
    return ` The refusal came after ${fact("dialMs")} ms; the server takes ${fact("least")} ms at the least to answer anything.`;
  if (fact("by") === "both-dialled")
    return " When both ends dial each other at once they are connected: each lets out, and keeps the other one out.";
  return sightOf[fact("arrival")] ?? "";
};
/** The other address family is not in question. */
export const overIp = ({ fact }: FindingView): string => fact("over") && ` over IPv${fact("over")}`;
export const isOfProxy = ({ fact }: FindingView): boolean => fact("on") === "proxy";
export const openControl = ({ port }: FindingView): string =>
  `see that the server runs and listens on port ${port}, and open TCP port ${port}: inwards at the server, outwards at your end`;

/** Whose address is not the one that works. */
const wrongAddresses: Readonly<Record<string, Omit<CauseSentences, "decide">>> = {
  told: {
    what: ({ fact }) =>
      `The server tells ${fact("told")} in its reply to PASV, and it is reached at ${fact("peer")}: clients that connect where they are told may fail.`,
    because: ({ fact }) => `the server tells the address ${fact("told")}`,
    open: ({ fact }) => `correct the address that the server tells (twinport serve --passive-address ${fact("peer")})`,
  },
  us: {
    what: ({ fact, side }) =>
      `The server sees our data connection come from ${fact("came")}, and the command connection from ${fact("expected")}: it takes it for a stranger's. Two addresses are in use ${ends[side]}.`,
    because: ({ fact }) => `our data connection reaches the server from another address (${fact("came")})`,
    open: () =>
      "let the command connection and the data connections leave by the same address, or have the server admit the whole network (twinport serve --data-peer)",
  },
  stranger: {
    what: ({ fact }) =>
      `The server's data connection came from ${fact("came")}, and the command connection leads to ${fact("expected")}: clients and firewalls take it for a stranger's.`,
    because: ({ fact }) => `the server connects from another address (${fact("came")})`,
    open: ({ fact }) =>
      `have the server's connections leave by ${fact("expected")} (the source address of its NAT, or the address that it binds)`,
  },
  observed: {
    what: ({ fact, side }) =>
      `The server sees us as ${fact("observed")}, and our address is ${fact("told")}: a box stands in between, ${ends[side]}.`,
    because: ({ fact }) => `the server sees us as ${fact("observed")}`,
    open: () => "let the box in between hand on the client's address, or use passive mode",
  },
};
export const wrongOf = ({ fact }: FindingView) => wrongAddresses[fact("what")] ?? wrongAddresses["told"]!;

/** What becomes of a data connection that stands. */
const stalls: Readonly<Record<string, Omit<CauseSentences, "decide">>> = {
  large: {
    what: ({ fact, side }) =>
      `Small lists come, and a large file comes to a halt after ${fact("bytes")} bytes: large packets are lost on the way (MTU), ${ends[side]}.`,
    because: () => "large packets are lost on the way",
    open: () =>
      'let ICMP "fragmentation needed" and "packet too big" pass, or clamp the MSS to the path\'s MTU on the box in between',
  },
  cut: {
    what: ({ fact, port, side }) =>
      `The data connection (port ${port}) stands, and is cut after ${fact("bytes")} bytes, ${ends[side]}.`,
    because: ({ fact }) => `the data connection is cut after ${fact("bytes")} bytes`,
    open: () =>
      "let no box inspect or limit the data connections, and see the server's log for what it has against them",
  },
  nothing: {
    what: ({ port, side, said, isPassive }) =>
      `The data connection (port ${port}) stands and carries nothing${words(said)}: the server sends nothing, or packets are lost${isPassive ? ", or a box has taken it up for the server and nobody stands behind" : ""}. It is ${ends[side]}.`,
    because: () => "the data connection stands and carries nothing",
    open: (view) =>
      view.isPassive
        ? `open the ports behind the box that answers for the server too: ${openings.inAtServer(view)}`
        : "see the server's log for what it has sent, and let no box inspect or limit the data connections",
  },
};
export const stallOf = ({ fact }: FindingView) => stalls[fact("what")] ?? stalls["nothing"]!;

/** Where the command connection was cut. */
export const placeOf = ({ commands, fact, isPart }: FindingView): string =>
  ({ transfer: "as soon as data is asked for", login: "right after the login" })[fact("at")] ??
  (isPart ? `at ${commands}` : "before the login");

export const admissions: Readonly<Record<string, string>> = {
  tls: "log in by TLS: use ftpes:// in place of ftp://",
  busy: "try again when the server has fewer sessions, or raise its limit",
  password: "check the name and the password, and whether the server lets this account in from here",
};

export const portsIn = (ports: string): string => `port${ports.includes(",") ? "s" : ""} ${ports}`;

export function spokenOf(seen: string): string {
  if (["ftp", "ssh", "http", "smtp", "pop3", "imap", "tls"].includes(seen)) return seen.toUpperCase();
  return seen === "" || seen === "other" ? "something else" : seen;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
