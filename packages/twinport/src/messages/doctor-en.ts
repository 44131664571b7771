/** A use of TLS and a family, as a line names them. */
export interface DoctorLane {
  readonly family: 4 | 6;
  readonly tls: "off" | "explicit" | "implicit";
}

const tlsWords = { off: "in clear", explicit: "TLS", implicit: "implicit TLS" } as const;

/** What `twinport doctor` says, in English. */
export const doctorEn = {
  doctor: "find out which modes work with a server, what keeps the others from working, and what to open",
  url: "ftp://, ftpes:// (TLS by AUTH) or ftps:// (TLS from the first byte); its folder is listed, or its file fetched",
  server: "examine a server on this computer in place of a URL: its configuration, ports and firewall",
  clear: "with ftpes://: in clear too; the password then goes in clear",
  idle: "leave a command connection idle for so many seconds too, and see whether it lives",
  svg: "draw both modes with their real ports into this file, as an SVG",
  json: "print one JSON object: verdict, attempts, findings, trace",
  noUrl: "a URL is missing: doctor ftp://HOST/, or doctor --server",
  urlAndServer: "a URL and --server do not go together",
  notIdle: (written: string) => `--idle needs a number of seconds above 0, not "${written}"`,
  interrupted: "interrupted; this is what was found so far",
  lane: ({ family, tls }: DoctorLane) => `IPv${family}, ${tlsWords[tls]}`,
  doing: (lane: string, what: string) => `${lane}: ${what} …`,
  steps: {
    connect: "logging in",
    "further-port": "further passive ports",
    bulk: "a larger file",
    look: "what speaks there",
    "far-end": "what the server saw",
    idle: "idling",
  },
  refused: (command: string) => `the server refuses ${command}`,
  byProxy: (server: string, proxy: string) => `${server} (by ${proxy})`,
  noTls: "the server has none",
  noControl: (why: string) => `no login: ${why}`,
  bulk: (attempt: string) => `a larger file: ${attempt}`,
  alone: (attempt: string) => `again, alone on a new login: ${attempt}`,
  further: (reached: readonly number[], shut: readonly number[]): string => {
    const words = [
      ...(reached.length > 0 ? [`reached: ${reached.join(", ")}`] : []),
      ...(shut.length > 0 ? [`not reached: ${shut.join(", ")}`] : []),
    ];
    return `further passive ports ${words.join("; ")}`;
  },
  limited: (lane: string) =>
    `${lane}: a later login was not let in: the server, or a box before it, limits how often or how many times one may come.`,
  elsewhere: (said: string) =>
    `What the URL names cannot be listed or fetched (${said}): the modes were tried without it.`,
  cut: "The time was over before all was tried.",
  tried: "Tried:",
  found: "Found:",
  nothingFound: "Found: nothing that is in the way.",
  at: { client: "at your end", server: "at the server's end", undecided: "at one of the two ends" },
  sure: (confidence: number): string => (confidence >= 0.95 ? "certain" : confidence >= 0.7 ? "likely" : "possible"),
  about: (where: string, sure: string) => ` [${where}; ${sure}]`,
  fix: (sentence: string) => `To do: ${sentence}`,
  decide: (sentence: string) => `What decides it: ${sentence}`,
  page: (doc: string) => `More: ${doc}`,
};

/** The sentences of `twinport doctor`. */
export type DoctorMessages = typeof doctorEn;
