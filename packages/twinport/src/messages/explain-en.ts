/** What `twinport explain` says, in English. */
export const explainEn = {
  explain: "draw a mode, a session from a log, or say what a code means: where it breaks and what to open",
  word: "active, passive, or a code: 425, ECONNRESET, in-silent",
  nat: "end that has a NAT: none, client, server or both",
  firewall: "end that has a stateful firewall: none, client, server or both",
  tls: "the command connection is encrypted",
  helper: "the boxes have an FTP helper (ALG), which reads along and opens ports",
  port: "the server's command port",
  sourcePort: "port that active connections come from, or any",
  passivePorts: "ports for passive mode, as 30000-30099, or any",
  log: "draw the sessions of a log: of twinport, curl, lftp, FileZilla, basic-ftp, vsftpd, proftpd or pure-ftpd",
  as: "whose log it is, where that is not recognised",
  svg: "draw it into this file, as SVG",
  theme: "colours of the SVG: auto (as the reader's system has them), light or dark",
  json: "as JSON",
  nothing: "explain what? active, passive, a code such as 425, or --log FILE",
  wordOrLog: (word: string) => `either ${JSON.stringify(word)} or --log can be explained, not both at once`,
  subjects: { mode: "active and passive", log: "--log", code: "codes" },
  notWith: (option: string, subjects: string) => `${option} says nothing here: it goes with ${subjects}`,
  and: " and ",
  themeWithoutSvg: "--theme is for the picture: say where to write it with --svg FILE",
  notAPort: (option: string, value: string) => `${option} needs a port from 1 to 65535, not "${value}"`,
  notARange: (value: string) => `--passive-ports needs ports as 30000-30099, or any, not "${value}"`,
  notWritten: (file: string, why: string) => `cannot write ${file}: ${why}`,
};

/** The sentences of `twinport explain`. */
export type ExplainMessages = typeof explainEn;
