import type { DataMode } from "@twinport/protocol";
import type { Language } from "../language.ts";

/** A box between the two hosts. */
export interface PictureBox {
  readonly id: string;
  readonly side: "client" | "server";
  readonly kind: "nat" | "firewall" | "proxy";
  /** What stands in it, in the reader's language. */
  readonly label: string;
}

/** One arrow: who sends from which port to which, and how far it comes. */
export interface PictureStep {
  readonly number: number;
  readonly from: "client" | "server";
  /** As they are drawn: `1026`, `>1023`, `30000-30099`, `?`. */
  readonly clientPort: string;
  readonly serverPort: string;
  readonly label: string;
  readonly state: "open" | "blocked" | "not-reached";
  /** The id of the box at which it ends; undefined where that is not known, or it comes through. */
  readonly stoppedAt?: string;
  /** The step in words, for the numbered list below the arrows. */
  readonly said?: string;
}

/** One mode as the article draws it, with the boxes in between: what text and SVG are made of. */
export interface Picture {
  readonly mode: DataMode;
  readonly title: string;
  /** `client 192.0.2.7`. */
  readonly client: string;
  readonly server: string;
  /** From the client to the server: its side's boxes first. */
  readonly boxes: readonly PictureBox[];
  readonly steps: readonly PictureStep[];
  /** Sentences below: where it breaks, what to open. */
  readonly notes: readonly string[];
  /** What the sentences are in: it chooses the shapes of Chinese letters. */
  readonly language?: Language;
}
