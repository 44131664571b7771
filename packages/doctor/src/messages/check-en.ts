import type { Flow } from "../flows.ts";

/** What is said of ports that are treated alike. */
export interface PortsWords {
  /** `21` or `30000-30099`. */
  readonly ports: string;
  readonly family: 4 | 6;
}

/** Who decides: `ip filter`, `INPUT`, and the rule, where it is not the policy. */
export interface DeciderWords {
  readonly table: string;
  readonly chain: string;
  readonly rule?: string;
}

const ends = { client: "a client", server: "the server" } as const;

const what = ({ mode, number, from, opens }: Flow): string => {
  const connection = mode === "control" ? "command connection" : "data connection";
  const other = from === "client" ? "server" : "client";
  const article = mode === "control" ? "" : `${mode} mode, `;
  return opens
    ? `${ends[from]} begins the ${connection} (${article}line ${number})`
    : `${ends[from]} answers ${ends[other]} on the ${connection} (${article}line ${number})`;
};

/** What is said of a host's rules, in English. */
export const checkEn = {
  flow: what,
  ports: ({ ports, family }: PortsWords) => `port ${ports}, IPv${family}`,
  decider: ({ table, chain, rule }: DeciderWords) =>
    rule === undefined ? `the policy of chain ${chain} in table ${table}` : `table ${table}, chain ${chain}: ${rule}`,
  /** Everything that is needed comes through, and nothing else. */
  exact: "The rules let through what is needed, and nothing else.",
  isOpen: (family: 4 | 6) =>
    `IPv${family}: no rule filters what comes in. Every port on which something listens can be reached.`,
  dropped: (flow: string, ports: string, by: string) => `Missing: ${flow}; ${ports}. Dropped by ${by}.`,
  rejected: (flow: string, ports: string, by: string) => `Missing: ${flow}; ${ports}. Rejected by ${by}.`,
  unsure: (flow: string, ports: string, by: string) => `Not sure: ${flow}; ${ports}. It depends on ${by}.`,
  from: (peer: string) => `from ${peer}`,
  open: (ports: string, by: string | undefined) =>
    `Open and not needed: ${ports}${by === undefined ? "" : ` (${by})`}.`,
  perhapsOpen: (ports: string, by: string | undefined) =>
    `Perhaps open, and not needed: ${ports}${by === undefined ? "" : ` (it depends on ${by})`}.`,
  openFrom: (ports: string, from: number, by: string | undefined) =>
    `Open and not needed, for whoever sends from port ${from}: ${ports}${by === undefined ? "" : ` (${by})`}.`,
  tooWide: (ports: string, by: string | undefined) =>
    `Open to everybody, and needed only for the networks that were named: ${ports}${by === undefined ? "" : ` (${by})`}.`,
  /** To the server; or to a client, for active mode. */
  forward: (to: "client" | "server", ports: string, goesTo: string | undefined) => {
    const where = to === "server" ? "the server" : "the client that active mode dials, or the FTP helper";
    return goesTo === undefined
      ? `Missing: a port forward to ${where}; ${ports}.`
      : `Wrong: ${ports} is forwarded to ${goesTo}, not to ${ends[to]} with the same number.`;
  },
  unmasqueraded: (family: 4 | 6) =>
    `Missing: masquerading of what goes out, IPv${family}. Answers cannot come back to private addresses.`,
  helper: "The FTP helper of conntrack reads along on the command connection. Under TLS it is blind.",
};

/** The sentences about a host's rules. */
export type CheckMessages = typeof checkEn;
