import type { FigureWords } from "@twinport/protocol";
import type { Box } from "../explain/topology.ts";
import type { HelperUse } from "../explain/model.ts";
import type { Verdict } from "../explain/steps.ts";

/** The ports and addresses that the four steps are told with. */
export interface StepWords {
  /** The client's end of the command connection and of the data connection. */
  readonly n: number;
  readonly n1: number;
  readonly control: number;
  /** The server's end of the data connection; undefined: any that its system gives. */
  readonly data: number | undefined;
  /** What is said of where to connect: `192,168,1,10,4,3`. */
  readonly told: string;
  /** How the port is written in it: `4 × 256 + 3`. */
  readonly sum: string;
  /** Where PORT is refused. */
  readonly isRefused: boolean;
}

/** What a box is called, and what is needed to say what it does. */
export interface BoxWords {
  readonly box: Box;
  /** The port that the packet goes to. */
  readonly to: string;
  /** The address that stands behind a NAT, and the one before it. */
  readonly inside: string;
  readonly outside: string;
}

/** What is to be opened. */
export interface OpeningWords {
  /** The range to open. */
  readonly range: string;
  readonly inside: string;
  readonly outside: string;
  /** The other end, and the port that it dials from, where that is always the same. */
  readonly peer: string;
  readonly peerPort: number | undefined;
}

type Say<Words> = (words: Words) => string;

const box = ({ side, kind }: Box): string => `the ${side}'s ${kind === "nat" ? "NAT" : "firewall"}`;
const anyOr = (port: number | undefined): string => String(port ?? "(any above 1023)");
const portsOf = (range: string): string => `${range.includes("-") ? "ports" : "port"} ${range}`;
const list = (boxes: readonly Box[]): string => boxes.map(box).join(" and on ");
const begin = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What is said of a mode and its picture, in English. */
export const explainEn = {
  figure: {
    active: "active",
    passive: "passive",
    client: "client",
    server: "server",
    connects: "opens the data connection",
    data: "data and ACK",
    neverConnected: "never connected",
    complete: (bytes) => `complete, ${bytes} bytes`,
    // A client's trace does not tell how much had moved.
    aborted: (bytes, code) => (bytes > 0 ? `broken off after ${bytes} bytes (${code})` : `broken off (${code})`),
  } satisfies FigureWords as FigureWords,
  /** Stands between two sentences. */
  between: " ",
  title: { active: "Active mode", passive: "Passive mode" },
  nat: { client: "NAT at the client", server: "NAT at the server", both: "NAT at both ends" },
  firewall: { client: "firewall at the client", server: "firewall at the server", both: "firewall at both ends" },
  tls: "TLS",
  helper: "FTP helper",
  passes: "all four steps pass",
  breaks: (step: number) => `breaks at step ${step}`,
  boxLabel: { nat: "NAT", firewall: "firewall" },
  answer: { ok: "200", refused: "500, or 200" },
  steps: {
    active: [
      ({ n, n1, control, told, sum }) =>
        `The client's port ${n} opens the command connection to the server's port ${control} and says PORT ${told}: its port ${n1} (${sum}) is open, come there.`,
      ({ n, control, isRefused }) =>
        `The server's port ${control} answers the client's port ${n}${isRefused ? ": most servers refuse, for the address is not the one that the client comes from" : ""}.`,
      ({ n1, data }) => `The server's port ${anyOr(data)} opens the data connection to the client's port ${n1}.`,
      ({ n1, data }) => `The client's port ${n1} answers the server's port ${anyOr(data)}: data and ACK.`,
    ],
    passive: [
      ({ n, control }) =>
        `The client's port ${n} opens the command connection to the server's port ${control} and says PASV: where may I come?`,
      ({ n, control, data, told, sum }) =>
        `The server's port ${control} answers the client's port ${n} with 227 (${told}): its port ${data} (${sum}) is open, come there.`,
      ({ n1, data }) => `The client's port ${n1} opens the data connection to the server's port ${data}.`,
      ({ n1, data }) => `The server's port ${data} answers the client's port ${n1}: data and ACK.`,
    ],
  } satisfies Record<string, Say<StepWords>[]> as Record<"active" | "passive", readonly Say<StepWords>[]>,
  crossing: {
    "begun-inside": ({ box: at, inside, outside }) =>
      at.kind === "nat" ? `${begin(box(at))} puts ${outside} in place of ${inside}.` : `${begin(box(at))} lets it out.`,
    answers: () => "",
    "command-port": ({ box: at, to, inside }) =>
      at.kind === "nat"
        ? `${begin(box(at))} forwards port ${to} to ${inside}.`
        : `${begin(box(at))} has port ${to} open.`,
    "helper-opened": ({ box: at, to }) => `The helper of ${box(at)} has read of port ${to} and opened it.`,
    unasked: ({ box: at }) => `✗\u00a0${begin(box(at))} stops it: it comes from outside and answers nothing.`,
    "no-entry": ({ box: at, to }) =>
      `✗\u00a0${begin(box(at))} stops it: no entry says who behind it is to get port ${to}.`,
  } satisfies Record<Verdict, Say<BoxWords>> as Record<Verdict, Say<BoxWords>>,
  answersPass: "What answers a connection that was let through passes every box.",
  notReached: "It does not come to that.",
  toldUseless: {
    active: ({ inside }: BoxWords) =>
      `The address: the client tells ${inside}, its address behind the NAT. A server that dials only where its client comes from answers 500 or 501; one that dials it reaches nobody.`,
    passive: ({ box: at, inside, to }: BoxWords) =>
      `The address: the server tells ${inside}, its address behind the NAT. A client that believes it reaches nobody; one that takes the address of the command connection instead (as curl and twinport do) comes as far as ${box(at)}, which does not forward port ${to}. EPSV tells no address, only the port.`,
  },
  mended: ({ box: at, inside, outside }: BoxWords) =>
    `The address: the helper of ${box(at)} writes its own address, ${outside}, over ${inside} in what is told.`,
  helperUse: {
    absent: undefined,
    "no-box": "The helper: no box stands here that could have one.",
    "blind-under-tls": "The helper: TLS hides from it what is said, so it opens nothing and mends nothing.",
    "other-port": "The helper: it reads along at port 21 alone, unless it is told of the server's port.",
    "not-needed": "The helper: there is nothing for it to open in this mode.",
    needed: "The helper: all hangs on it. Under TLS it would read nothing, and step 3 would be stopped.",
  } satisfies Record<HelperUse, string | undefined> as Record<HelperUse, string | undefined>,
  toOpen: { broken: "To open it:", helped: "To do without the helper:" },
  opening: {
    active: {
      firewall: ({ range, peer, peerPort }: OpeningWords) =>
        `at the client's firewall, let in TCP from ${peer}${peerPort === undefined ? ", any port," : ` port ${peerPort}`} to the client's data ports, taken from a small range (twinport: --active-ports ${range}).`,
      nat: ({ range, inside, outside }: OpeningWords) =>
        `at the client's NAT, forward TCP ${range} under the same numbers to ${inside}; the client takes its data ports from there and tells the NAT's address (twinport: --active-ports ${range} --active-address ${outside}).`,
    },
    passive: {
      firewall: ({ range }: OpeningWords) =>
        `at the server's firewall, let in TCP from any port above 1023 to the server's ${portsOf(range)}, and no more.`,
      nat: ({ range, inside, outside }: OpeningWords) =>
        `at the server's NAT, forward TCP ${range} under the same numbers to ${inside}; the server tells the NAT's address (twinport serve --passive-address ${outside}).`,
    },
  },
  limitFirst: (range: string) =>
    `first have the server take its passive ports from a small range (twinport serve --passive-ports ${range}): else every port from 1024 to 65535 has to be open.`,
  natMayChangePort: "The server's NAT may put another port in place of the one that the server dials from.",
  orHelper: {
    clear: (boxes: readonly Box[]) =>
      `Or an FTP helper on ${list(boxes)}, which opens the one port for the one connection. It is blind under TLS.`,
    tls: () => "An FTP helper would not do: it cannot read under TLS.",
    otherPort: (boxes: readonly Box[]) =>
      `Or an FTP helper on ${list(boxes)}, which has to be told of the server's port. It is blind under TLS.`,
  },
  otherMode: {
    passes: { active: "Active mode passes here.", passive: "Passive mode passes here." },
    breaks: {
      active: (at: Box) => `Active mode breaks here: step 3 ends at ${box(at)}.`,
      passive: (at: Box) => `Passive mode breaks here: step 3 ends at ${box(at)}.`,
    },
  },
  assumed: (control: number) =>
    `A firewall here lets out all that its own side begins, and in what answers that; the server's also port ${control}.`,
  stands: {
    client: (n: number, n1: number) => `Ports ${n} and ${n1} stand for any that the client's system gives, above 1023.`,
    passive: (data: string, range: string) => `Port ${data} stands for any of ${range}.`,
  },
};

/** The sentences about a mode and its picture. */
export type ExplainMessages = typeof explainEn;
