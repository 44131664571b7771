import type { FindingView } from "./finding-view.ts";

/** What is to be let through, in a language. */
export interface OpeningPhrases {
  /** Passive mode: in at the server, out at the client. */
  readonly inAtServer: (ports: string) => string;
  readonly outAtClient: (ports: string) => string;
  /** Active mode: in at the client, out at the server. */
  readonly inAtClient: string;
  readonly outAtServer: string;
  readonly either: (one: string, other: string) => string;
  readonly both: (one: string, other: string) => string;
  /** What is to be done, and the command that writes the rules of it. */
  readonly by: (text: string, command: string) => string;
  /** Stands for a range. */
  readonly range: string;
}

type Opening = (view: FindingView) => string;

/** What is to be let through where, with the command that writes the rules, unless it is said briefly. */
export function openingsOf(say: OpeningPhrases): {
  readonly out: Opening;
  readonly inwards: Opening;
  readonly inAtServer: Opening;
  readonly inAtClient: Opening;
  readonly by: (view: FindingView, text: string, flags: string) => string;
} {
  const by = ({ isBrief }: FindingView, text: string, flags: string): string =>
    isBrief ? text : say.by(text, `twinport firewall --for nftables --rules-only${flags}`);
  const inAtServer: Opening = (view) => by(view, say.inAtServer(view.ports), ` --passive-ports ${say.range}`);
  const outAtClient: Opening = (view) =>
    by(view, say.outAtClient(view.ports), ` --client --passive-ports ${say.range}`);
  const inAtClient: Opening = (view) => by(view, say.inAtClient, " --client --client-ports 40000-40099");
  const outAtServer: Opening = (view) => by(view, say.outAtServer, "");
  return {
    ...{ by, inAtServer, inAtClient },
    out: (view) => {
      if (view.side === "client") return outAtClient(view);
      return view.side === "server" ? inAtServer(view) : say.either(inAtServer(view), outAtClient(view));
    },
    inwards: (view) => {
      if (view.side === "client") return inAtClient(view);
      return view.side === "server" ? outAtServer(view) : say.both(inAtClient(view), outAtServer(view));
    },
  };
}
