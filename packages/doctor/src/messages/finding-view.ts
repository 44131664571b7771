import type { DataMode } from "@twinport/protocol";
import type { Side } from "../findings.ts";

/** A finding, as its sentences need it: everything a text. */
export interface FindingView {
  readonly side: Side;
  readonly port: string;
  /** All the ports of the finding. */
  readonly ports: string;
  /** `EPSV, PASV`. */
  readonly commands: string;
  readonly client: string;
  readonly server: string;
  /** The server's words; empty where there are none. */
  readonly said: string;
  readonly blocks: boolean;
  /** It is about connections that we open to the server. */
  readonly isPassive: boolean;
  /** It is about the command connection. */
  readonly isControl: boolean;
  /** It is about some of the modes, and so behind the login. */
  readonly isPart: boolean;
  /** In one part of a sentence: without the command that prints the rules. */
  readonly isBrief: boolean;
  /** A fact by its name; empty where it is not there. */
  readonly fact: (name: string) => string;
}

/** The sentences of one cause. `because` and `open` are parts of the last sentence. */
export interface CauseSentences {
  readonly what: (view: FindingView) => string;
  readonly because: (view: FindingView) => string;
  /** What is to be opened or changed, and where. */
  readonly open: (view: FindingView) => string;
  /** The one test that decides at whose end it is. */
  readonly decide?: (view: FindingView) => string;
}

/** What the last sentence is made of. */
export interface VerdictSentences {
  readonly use: (mode: DataMode, over: 4 | 6 | undefined) => string;
  readonly works: (mode: DataMode, over: 4 | 6 | undefined) => string;
  readonly nothing: () => string;
  readonly before: (because: string, open: string) => string;
  readonly shut: (mode: DataMode, because: string, open: string) => string;
  readonly shutUnknown: (mode: DataMode) => string;
  readonly otherwise: (mode: DataMode, isSecured: boolean) => string;
}
