import type { Cause } from "../findings.ts";
import {
  admissions,
  capital,
  elsewhere,
  ends,
  fromElsewhere,
  isOfProxy,
  moving,
  openControl,
  openings,
  overIp,
  placeOf,
  portsIn,
  sight,
  spokenOf,
  stallOf,
  words,
  wrongOf,
} from "./findings-phrases-en.ts";
import type { CauseSentences, VerdictSentences } from "./finding-view.ts";

const causes: Readonly<Record<Cause, CauseSentences>> = {
  "out-refused": {
    what: (view) =>
      isOfProxy(view)
        ? `${capital(view.fact("cause"))}.`
        : view.isControl
          ? `${view.server} refuses connections to port ${view.port}${overIp(view)}: nothing listens there, or a firewall refuses for it, ${ends.undecided}.`
          : `Our connection to ${portsIn(view.ports)} of ${view.server}, which the server had told, was refused ${ends[view.side]}.${sight(view)}`,
    because: (view) =>
      isOfProxy(view)
        ? view.fact("cause")
        : view.isControl
          ? `port ${view.port} of ${view.server} refuses connections${overIp(view)}`
          : `connections to ${portsIn(view.ports)} of ${view.server} are refused`,
    open: (view) =>
      isOfProxy(view)
        ? "check the proxy's address and port and what it lets out, or go without it (--no-proxy)"
        : view.isControl
          ? openControl(view)
          : openings.out(view),
    decide: ({ port }) => elsewhere(port),
  },
  "out-silent": {
    what: (view) =>
      view.isControl
        ? `${view.server} port ${view.port} does not answer${overIp(view)}: the host is ${view.fact("over") ? "not reached so" : "down"}, or a firewall drops what we send, ${ends.undecided}.`
        : `Our connection to ${portsIn(view.ports)} of ${view.server}, which the server had told, got no answer: something drops it ${ends[view.side]}.${sight(view)}`,
    because: (view) =>
      view.isControl
        ? `port ${view.port} of ${view.server} does not answer${overIp(view)}`
        : `connections to ${portsIn(view.ports)} of ${view.server} get no answer`,
    open: (view) => (view.isControl ? openControl(view) : openings.out(view)),
    decide: ({ port }) => elsewhere(port),
  },
  "in-silent": {
    what: (view) =>
      `The server was to connect to our port ${view.port}, and nobody came: something drops it ${ends[view.side]}.${sight(view)}`,
    because: ({ port }) => `the server's connection to our port ${port} does not arrive`,
    open: openings.inwards,
    decide: () => fromElsewhere,
  },
  "server-425": {
    what: ({ said, isPassive, port, side, fact }) =>
      isPassive
        ? `We connected to port ${port}, and the server says that it has no data connection from us${words(said)}: it has seen ${fact("stranger") || "another address"} come in our place, or nobody. It is ${ends[side]}.`
        : `The server says that it cannot connect to our port ${port}${words(said)}: its connection is refused ${ends[side]}.`,
    because: ({ said, port, isPassive }) =>
      isPassive
        ? `the server does not see our data connection${words(said)}`
        : `the server's connection to our port ${port} is refused${words(said)}`,
    open: (view) =>
      view.isPassive
        ? "let the command connection and the data connections leave by the same address, and no box take up connections for the server"
        : openings.inwards(view),
    decide: ({ isPassive }) => (isPassive ? moving : fromElsewhere),
  },
  "server-refuses-mode": {
    what: ({ commands, said, side, fact }) =>
      fact("garbled")
        ? `The answer to ${commands} tells no port that could be used: ${fact("garbled")}. The server has said it so, or a box on the way has changed it.`
        : side === "undecided"
          ? `The server refuses ${commands}${words(said)}: it sees another address of ours than the one that we told, so a NAT stands at your end, or a box in front of the server.`
          : `The server refuses ${commands}${words(said)}.`,
    because: ({ commands, said, fact }) =>
      fact("garbled")
        ? `the answer to ${commands} tells no port (${fact("garbled")})`
        : `the server refuses ${commands}${words(said)}`,
    open: ({ commands, isPassive, side, blocks, fact }) =>
      fact("garbled")
        ? "see the server's log for what it has answered, and switch the inspection of FTP off in boxes on the way"
        : side === "undecided"
          ? "remove the NAT between the two, or use the other mode"
          : !blocks
            ? `let the server take ${commands} too: clients that know nothing else fail`
            : isPassive
              ? "switch passive mode on in the server, with a range of ports, and open that"
              : "switch active mode on in the server",
    decide: ({ fact }) =>
      fact("garbled")
        ? "Compare with what the server's log says that it has answered: if that is the same, it is the server."
        : "Ask the server for the address that it sees (its log, or twinport doctor --server): if it is one of your network's, it is your end.",
  },
  "address-private": {
    what: ({ isPassive, fact, client, server, said }) =>
      isPassive
        ? `The server tells ${fact("told")} in its reply to PASV: an address that only its own network knows. Twinport connects to ${fact("peer")} instead; other clients fail.`
        : `Your address ${client} is a private one, behind a NAT at your end: ${server} cannot connect to it${words(said)}.`,
    because: ({ isPassive, fact, client }) =>
      isPassive
        ? `the server tells the private address ${fact("told")}`
        : `your address ${client} is behind a NAT at your end`,
    open: (view) =>
      view.isPassive
        ? `have the server tell the address that the world has of it (twinport serve --passive-address ${view.fact("peer")}; vsftpd: pasv_address; ProFTPD: MasqueradeAddress)`
        : openings.by(
            view,
            `forward ports 40000-40099 on your NAT to ${view.client} and have the client tell them (--active-ports 40000-40099 --active-address, with the NAT's outer address), or use an FTP helper there, without TLS`,
            ` --gateway client --from ${view.client} --client-ports 40000-40099`,
          ),
  },
  "address-wrong": {
    what: (view) => wrongOf(view).what(view),
    because: (view) => wrongOf(view).because(view),
    open: (view) => wrongOf(view).open(view),
    decide: () =>
      "Compare the address that the server sees (its log) with those of your own network: if it is one of them, it is your end.",
  },
  "address-rewritten": {
    what: ({ fact }) =>
      `A box at the server's end reads along and writes ${fact("told")} into the reply to PASV, in which the server says ${fact("behind")}; under TLS it cannot.`,
    because: ({ fact }) => `a box at the server's end has to mend the address ${fact("behind")}`,
    open: ({ fact }) =>
      `have the server tell ${fact("told")} itself (twinport serve --passive-address ${fact("told")}), and open a fixed range of ports`,
  },
  "helper-present": {
    what: ({ fact, side, isPassive }) =>
      isPassive
        ? `Only what ${fact("only").toUpperCase()} tells is reached (ports ${fact("passed")}; not ${fact("stopped")}): a box that reads along opens the port, ${ends[side]}.`
        : `Active mode works although your address ${fact("told")} is a private one: a box at your end reads along, mends the address and opens the port. Under TLS it cannot.`,
    because: () => "a box that reads along opens the port",
    open: () => "do not rely on it under TLS: use passive mode there",
    decide: ({ port }) => elsewhere(port),
  },
  "helper-blind-under-tls": {
    what: ({ side, isPassive, port }) =>
      `${isPassive ? "Passive" : "Active"} mode works in clear and not under TLS: a box that reads along opens the ports that it reads of, and cannot read port ${port} where that is encrypted. It stands ${ends[side]}.`,
    because: () => "the FTP helper that opens the ports cannot read along under TLS",
    open: (view) =>
      view.isPassive
        ? openings.out(view)
        : `${view.side === "client" ? "use passive mode, or forward ports on your NAT" : openings.inwards(view)}`,
    decide: ({ port, isPassive }) => (isPassive ? elsewhere(port) : fromElsewhere),
  },
  "range-outside-firewall": {
    what: ({ fact, side }) =>
      `Some of the server's passive ports are reached (${fact("passed")}) and others are not (${fact("stopped")}): the range that is open is not the range that the server uses. It is ${ends[side]}.`,
    because: ({ fact }) => `some of the server's passive ports are shut (${fact("stopped")})`,
    open: (view) =>
      openings.by(
        view,
        `make the two the same: open all ports of the server's range, or narrow the range to what is open${view.side === "server" ? "" : ` (at your end: let out TCP to ${view.ports})`}`,
        " --passive-ports FROM-TO",
      ),
    decide: ({ port }) => elsewhere(port),
  },
  "range-exhausted": {
    what: ({ said, blocks }) =>
      blocks
        ? `The server has no passive port left${words(said)}.`
        : `The server had no passive port for two data connections at once${words(said)}; one alone works.`,
    because: ({ said }) => `the server has no passive port left${words(said)}`,
    open: () => "give the server a wider range of passive ports, and open that",
  },
  "tls-reuse-required": {
    what: ({ said }) =>
      `The server wants data connections to take up the TLS session of the command connection${words(said)}: clients that do not are refused.`,
    because: ({ said }) => `the server wants the TLS session to be taken up${words(said)}`,
    open: () =>
      "use a client that resumes the session, or switch the demand off (vsftpd: require_ssl_reuse=NO; ProFTPD: TLSOptions NoSessionReuseRequired)",
  },
  "tls-certificate": {
    what: ({ server, fact }) =>
      `The certificate of ${server} cannot be believed: ${fact("reason") || fact("cause") || "it was refused"}.`,
    because: ({ fact }) =>
      `the server's certificate cannot be believed: ${fact("reason") || fact("cause") || "it was refused"}`,
    open: () =>
      "give the server a certificate for this name from an authority that clients know, or have clients trust this one (--ca, --pin)",
  },
  "tls-failed": {
    what: ({ fact, said, side }) => {
      if (fact("on") === "not-offered") return `The server does not speak TLS${words(said)}.`;
      const where = fact("on") === "data" ? "on the data connection" : "on the command connection";
      return `TLS did not come about ${where}${fact("cause") && `: ${fact("cause")}`}${words(said)}. It is ${ends[side]}.`;
    },
    because: ({ fact, said }) =>
      fact("on") === "not-offered"
        ? `the server does not speak TLS${words(said)}`
        : `TLS does not come about${fact("cause") && `: ${fact("cause")}`}`,
    open: ({ fact }) =>
      fact("on") === "not-offered"
        ? "switch TLS on in the server"
        : "see the server's log for the TLS version, the ciphers and the certificate, and let no box inspect TLS",
    decide: () =>
      "Connect from the server itself or from another network: if TLS comes about there, a box on your way breaks it.",
  },
  "wrong-protocol": {
    what: ({ server, port, fact }) =>
      `What answers at ${server} port ${port} does not speak what was expected: it speaks ${spokenOf(fact("speaks"))}.`,
    because: ({ port, fact }) => `port ${port} speaks ${spokenOf(fact("speaks"))}`,
    open: ({ fact }) =>
      ({ tls: "use ftps:// (TLS from the first byte)", ftp: "use ftp:// or ftpes:// (TLS only once it is asked for)" })[
        fact("speaks")
      ] ?? "ask for the right port or the right protocol",
  },
  "proxy-only": {
    what: ({ server, port, fact }) =>
      `${server} port ${port} is reached by the proxy ${fact("proxy")} and not without it: your network lets only the proxy out.`,
    because: ({ fact }) => `only the proxy ${fact("proxy")} gets out`,
    open: () => "keep to the proxy and passive mode: nobody can connect to a client behind it",
  },
  "control-idle-cut": {
    what: ({ fact, side }) => `A command connection that is idle for ${fact("seconds")} s is cut, ${ends[side]}.`,
    because: ({ fact }) => `the command connection is cut after ${fact("seconds")} idle seconds`,
    open: () => "raise the idle time of the NAT or firewall for TCP, or have the client say NOOP meanwhile",
    decide: () => "Run twinport doctor --idle from another network: if it is cut there too, it is the server's end.",
  },
  "data-stalls": {
    what: (view) => stallOf(view).what(view),
    because: (view) => stallOf(view).because(view),
    open: (view) => stallOf(view).open(view),
    decide: () => moving,
  },
  "control-cut": {
    what: (view) => {
      const { fact, side, server, port } = view;
      return fact("greeted") === "no"
        ? `${server} port ${port} takes the connection and ${fact("how") === "lost" ? "closes it" : "says nothing"}: no FTP server is there, or it shuts us out, or a box on the way answers for it. It is ${ends[side]}.`
        : `The command connection ${fact("how") === "lost" ? "is cut" : "goes silent"} ${placeOf(view)}${fact("read") === "no" ? ", which nobody on the way can read under TLS" : ": the server ends it, or a box that inspects the conversation does not like it"}. It is ${ends[side]}.`;
    },
    because: (view) =>
      view.fact("greeted") === "no"
        ? `port ${view.port} takes the connection and ${view.fact("how") === "lost" ? "closes it" : "says nothing"}`
        : `the command connection ${view.fact("how") === "lost" ? "is cut" : "goes silent"} ${placeOf(view)}`,
    open: ({ fact }) =>
      fact("read") === "no"
        ? "see the server's log for why it ends the session"
        : fact("greeted") === "no"
          ? "see that the FTP server runs there, and in its log whether it has seen us"
          : "see the server's log for whether it ends the session; if not, switch the inspection of FTP off in the box on the way, or use TLS, which it cannot read",
    decide: ({ commands, isPart, fact }) =>
      fact("at") === "transfer"
        ? moving
        : isPart
          ? `Say ${commands} from another network: if it is answered there, the box is at your end.`
          : "Connect from another network: if the server answers there, it is your end.",
  },
  "login-refused": {
    what: ({ server, said }) => `${server} does not let us in${words(said)}.`,
    because: ({ said }) => `the server does not let us in${words(said)}`,
    open: ({ fact }) => admissions[fact("because")] ?? admissions["password"]!,
  },
  "name-not-found": {
    what: ({ server }) => `There is no host ${server}.`,
    because: ({ server }) => `there is no host ${server}`,
    open: () => "check the name, and the name server that this computer asks",
  },
};

const modes = { passive: "passive", active: "active" } as const;

const verdict: VerdictSentences = {
  use: (mode, over) => `Use ${modes[mode]}${over ? ` over IPv${over}` : ""}.`,
  works: (mode, over) => `Use ${modes[mode]}${over ? ` over IPv${over}` : ""}: it works.`,
  nothing: () => "No mode works.",
  before: (because, open) => `Nothing can be tried: ${because}; to come further, ${open}.`,
  shut: (mode, because, open) => `${capital(modes[mode])} cannot work: ${because}; to have it, ${open}.`,
  shutUnknown: (mode) => `${capital(modes[mode])} has not worked, for reasons that are not of the network.`,
  otherwise: (mode, isSecured) => `${isSecured ? "With TLS" : "Without TLS"}, ${modes[mode]} works.`,
};

/** What the doctor says of findings, in English. */
export const findingsEn = {
  causes,
  verdict,
  fix: (open: string): string => `${capital(open)}.`,
  untried: "No mode could be tried to its end: the time was over, and the server is slow to answer.",
  gap: " ",
  comma: ", ",
};

/** The sentences of findings. */
export type FindingsMessages = typeof findingsEn;
