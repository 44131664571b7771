import { readFileSync } from "node:fs";

/** One line of a transcript that something happens by. */
export type TranscriptStep = { readonly number: number } & (
  | { readonly kind: "client"; readonly line: string }
  | { readonly kind: "server"; readonly line: string }
  | { readonly kind: "data"; readonly act: DataAct; readonly text: string }
  | { readonly kind: "clock"; readonly seconds: number }
  /** Hands are shaken on the command connection. */
  | { readonly kind: "tls" }
);

/** What the client's end of the data connection does; test/transcripts/README.md says what each means. */
type DataAct =
  | "connects"
  | "connects by TLS"
  | "accepts"
  | "accepts by TLS"
  | "refuses"
  | "sends"
  | "sends deflated"
  | "receives"
  | "receives deflated"
  | "closes"
  | "resets"
  | "is cut off";

/** What the server of a transcript is made with. */
interface TranscriptServer {
  readonly passive: boolean;
  readonly active: boolean;
  readonly permissions: "all" | "read-only";
  readonly storage: "memory" | "space" | "sink";
  readonly hosts: boolean;
  /** `required` for logins and data; `implicit` where the connection begins with it. */
  readonly tls: "none" | "optional" | "required" | "implicit";
}

/** A conversation in the form of STYLE.md, taken apart. */
export interface Transcript {
  readonly name: string;
  readonly server: TranscriptServer;
  readonly files: Readonly<Record<string, string>>;
  /** Ann is logged in before the first line. */
  readonly loggedIn: boolean;
  readonly steps: readonly TranscriptStep[];
}

const acts: ReadonlySet<string> = new Set<DataAct>([
  "connects",
  "connects by TLS",
  "accepts",
  "accepts by TLS",
  "refuses",
  "sends",
  "sends deflated",
  "receives",
  "receives deflated",
  "closes",
  "resets",
  "is cut off",
]);

const usualServer: TranscriptServer = {
  passive: true,
  active: true,
  permissions: "all",
  storage: "memory",
  hosts: false,
  tls: "none",
};

/** What a line `# server:` may say. */
const servers: Readonly<Record<string, Partial<TranscriptServer>>> = {
  "no passive": { passive: false },
  "no active": { active: false },
  "read only": { permissions: "read-only" },
  sink: { storage: "sink" },
  space: { storage: "space" },
  hosts: { hosts: true },
  tls: { tls: "optional" },
  "tls required": { tls: "required" },
  "tls implicit": { tls: "implicit" },
};

/** Reads a file of test/transcripts. A line that is neither `C:`, `S:`, `#` nor empty is an error. */
export function readTranscript(name: string, file: URL): Transcript {
  let server = usualServer;
  const files: Record<string, string> = {};
  const steps: TranscriptStep[] = [];
  let loggedIn = false;
  for (const [at, line] of readFileSync(file, "utf8").split("\n").entries()) {
    const number = at + 1;
    const wrong = (): never => {
      throw new Error(`${name}:${number}: ${line}`);
    };
    const [, who, rest = ""] = /^(C:|S:|#)(?: (.*))?$/s.exec(line) ?? [];
    if (who === "C:") steps.push({ number, kind: "client", line: rest.replace(/\\x([0-9a-f]{2})/g, letterOf) });
    else if (who === "S:") steps.push({ number, kind: "server", line: rest });
    else if (who !== "#" && line !== "") wrong();
    const [, topic, said = ""] = /^(data|clock|file|server|login|tls): ?(.*)$/s.exec(who === "#" ? rest : "") ?? [];
    if (topic === "data") {
      const [, act = "", text = '""'] = /^([A-Za-z ]+?)(?: (".*"))?$/.exec(said) ?? [];
      if (!acts.has(act)) wrong();
      steps.push({ number, kind: "data", act: act as DataAct, text: JSON.parse(text) as string });
    } else if (topic === "clock") {
      steps.push({ number, kind: "clock", seconds: Number(said.replace(/ s$/, "")) || wrong() });
    } else if (topic === "file") {
      const [, path = wrong(), content = wrong()] = /^(\/.*?) ("(?:[^"\\]|\\.)*")$/.exec(said) ?? [];
      files[path] = JSON.parse(content) as string;
    } else if (topic === "server") {
      server = { ...server, ...(servers[said] ?? wrong()) };
    } else if (topic === "tls") {
      if (said !== "begins") wrong();
      steps.push({ number, kind: "tls" });
    } else if (topic === "login") {
      loggedIn = true;
    }
  }
  return { name, server, files, loggedIn, steps };
}

function letterOf(_escape: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 16));
}
