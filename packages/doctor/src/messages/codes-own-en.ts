import type { AttemptFailure } from "@twinport/protocol";
import type { ClientErrorCode } from "@twinport/client";
import type { Cause } from "../findings.ts";
import type { CodeText } from "../explain/codes.ts";

/** A cause in general: what it means, and what is to be done. */
interface CauseText {
  readonly means: string;
  readonly todo: string;
}

/** Our own words, in English. */
export const codesCausesEn = {
  "out-refused": {
    means: "we dialled the server, and were refused at once",
    todo: "At the server: let the port in (its passive range), and forward it where there is a NAT. A refusal by our own network looks the same: try from another one.",
  },
  "out-silent": {
    means: "we dialled the server, and nothing came back",
    todo: "At the server: let its passive range in (twinport firewall --for nftables). If the same server works from another network, it is our own network that does not let high ports out.",
  },
  "in-silent": {
    means: "the server was to dial us, and nobody came",
    todo: "Use passive mode. To have active mode: open a range at the client (get --active-ports, twinport firewall --client), and forward it where there is a NAT (--active-address).",
  },
  "server-425": {
    means: "the server says that it has no data connection (425)",
    todo: "Read what it says behind the number; twinport explain 425 has the usual stories. Most often: use passive mode.",
  },
  "server-refuses-mode": {
    means: "the server refuses the command of the mode",
    todo: "The other command of the same mode (EPSV and PASV, EPRT and PORT), or the other mode; at the server: switch it on.",
  },
  "address-private": {
    means: "an address was told that means nothing to the other side: one behind a NAT",
    todo: "Passive: have the server tell its public address (serve --passive-address), or use EPSV. Active: --active-address and a forwarded range, or passive mode.",
  },
  "address-wrong": {
    means: "an address was told, or used, that is not the one that works",
    todo: "At the server: set the address that it tells right (serve --passive-address; a name follows one that changes). At the client: EPSV, which tells none.",
  },
  "address-rewritten": {
    means: "a box on the way writes another address or port into what is said on the command connection",
    todo: "Switch its FTP helper (ALG) off, use TLS, which it cannot write into, or another port than 21.",
  },
  "helper-present": {
    means:
      "a box on the way reads along on the command connection and opens the ports that it reads of (FTP helper, ALG)",
    todo: "Nothing, as long as commands go in clear by port 21. Do not rely on it: open the range itself.",
  },
  "helper-blind-under-tls": {
    means: "what works in clear by way of an FTP helper does not work by TLS: it cannot read the port numbers",
    todo: "Open the ports by rules instead of the helper: the passive range at the server, or a range at the client for active mode.",
  },
  "range-outside-firewall": {
    means: "some ports of the server's passive range pass, and others do not: range and rule differ",
    todo: "At the server: the same range in the server and in the firewall (twinport firewall --check).",
  },
  "range-exhausted": {
    means: "the server has no passive port left",
    todo: "At the server: a larger range (serve --passive-ports), opened in the firewall too; or fewer connections at the same time.",
  },
  "tls-reuse-required": {
    means: "the server takes no data connection whose TLS session is not that of its command connection",
    todo: "A client that takes the session up (Twinport does); or the server's switch (vsftpd: require_ssl_reuse=NO).",
  },
  "tls-certificate": {
    means:
      "the server's certificate cannot be believed: expired, for another name, or signed by nobody who is known here",
    todo: "At the server: a valid certificate with its whole chain. At the client, if you know the server: --ca or --pin; never --insecure over a network that is not yours.",
  },
  "tls-failed": {
    means: "TLS did not come about: not offered, no version in common, or cut off",
    todo: "Check that the server has TLS, and which kind: ftpes:// (AUTH, port 21) or ftps:// (from the first byte, port 990).",
  },
  "wrong-protocol": {
    means: "what answers there does not speak FTP; or it speaks TLS where clear was expected, or the other way round",
    todo: "Check the port: 21 for ftp:// and ftpes://, 990 for ftps://, 22 is SFTP, which is another protocol.",
  },
  "proxy-only": {
    means: "only a proxy gets out of this network",
    todo: "--proxy socks5://HOST:PORT or http://HOST:PORT, with passive mode: nobody can knock at the proxy's door for us.",
  },
  "control-idle-cut": {
    means: "a command connection that is idle is cut, or forgotten by a box on the way",
    todo: "NOOP more often than that, a longer time at the box or the server, TCP keepalive below the box's time.",
  },
  "data-stalls": {
    means: "the data connection stands and carries nothing, or only little",
    todo: "A smaller MTU or MSS on the way (VPN, PPPoE); look for a proxy that answers in the server's place; go on with --resume.",
  },
  "control-cut": {
    means:
      "the command connection is cut, or is silent: at the command of a mode, at its greeting, or as soon as data is asked for",
    todo: "A box reads along and does not like the command: try EPSV for PASV (or the reverse), TLS, or another port than 21.",
  },
  "login-refused": {
    means: "the server does not let the user in, so that nothing behind it can be tried",
    todo: "Check name and password; TLS if the server asks for it; then the server's log.",
  },
  "name-not-found": {
    means: "the name is not known: it has no address here",
    todo: "Check its spelling; ask another name server; --ipv4 or --ipv6 where it has one kind of address only.",
  },
} satisfies Record<Cause, CauseText>;

/** Why a mode has not moved bytes. */
export const codesAttemptsEn = {
  "command-refused": { means: "the server refused EPSV, PASV, EPRT or PORT" },
  "reply-not-usable": { means: "the server said yes, and no port can be read out of its answer" },
  "dial-refused": { means: "passive: the server's port refused our connection" },
  "dial-silent": { means: "passive: the server's port did not answer" },
  "dial-unreachable": { means: "passive: there is no way to the address" },
  "nobody-came": { means: "active: the server said yes, and did not come to our port" },
  "server-cannot-connect": { means: "the server says that it has no data connection (425)" },
  "data-broken": { means: "the data connection broke before any byte had come through it" },
  "no-bytes": { means: "the data connection stands, and not a byte has come through it" },
  "control-silent": { means: "the server did not answer any more on the command connection" },
  "control-lost": { means: "the command connection was lost" },
  "cannot-listen": {
    means: "active: no port of ours could be opened",
    at: { local: { why: "The range of --active-ports is taken, or below 1024.", todo: "Another range." } },
  },
  "tls-failed": codesCausesEn["tls-failed"],
} satisfies Record<AttemptFailure, CodeText>;

/** What stopped the client. */
export const codesClientEn = {
  "url-not-valid": {
    means: "that is no FTP URL",
    at: {
      local: {
        why: "A letter that needs its percent form, or another scheme.",
        todo: "ftp://user@host/path; @ in a name is %40, # is %23.",
      },
    },
  },
  "option-not-valid": {
    means: "an option has a value that cannot be",
    at: { local: { why: "The error says which.", todo: "docs/reference/client.md has all of them." } },
  },
  "path-not-valid": {
    means: "a path cannot be said in FTP",
    at: {
      local: {
        why: "It holds a line break or NUL, or letters that the charset does not have.",
        todo: "Another name, or --charset.",
      },
    },
  },
  "name-not-found": codesCausesEn["name-not-found"],
  "connect-refused": {
    means: "the host refuses connections to the command port",
    at: {
      connect: {
        why: "No server listens there, or a firewall rejects.",
        todo: "Check host and port, and that the server runs.",
      },
    },
  },
  "connect-silent": {
    means: "the command port did not answer",
    at: {
      connect: {
        why: "A firewall at either end drops it, the address is wrong, or only a proxy gets out.",
        todo: "Try from another network; --proxy where there is one.",
      },
    },
  },
  "connect-unreachable": {
    means: "there is no way to the host",
    at: { connect: { why: "No route; often IPv6 where there is none.", todo: "--ipv4; then the network." } },
  },
  "connect-failed": {
    means: "no command connection came about",
    at: {
      connect: {
        why: "The error names what the system said.",
        todo: "twinport explain with that word, as ECONNRESET.",
      },
    },
  },
  "proxy-failed": {
    means: "the proxy does not connect us",
    at: {
      proxy: {
        why: "It wants a login, does not know the host, or lets only some ports through: HTTP proxies often 443 alone.",
        todo: "Name and password in the proxy's URL; a SOCKS proxy; ask who runs it to allow 21 and the server's passive range.",
      },
    },
  },
  "not-ftp": { means: "what answers there does not speak FTP" },
  "server-busy": {
    means: "the server takes nobody in now (421 as its greeting)",
    at: {
      greeting: {
        why: "Too many sessions, in all or from this address.",
        todo: "Wait; fewer connections at the same time (--parallel).",
      },
    },
  },
  "login-refused": codesCausesEn["login-refused"],
  "tls-not-offered": {
    means: "TLS was asked for, and the server does not have it",
    at: {
      auth: {
        why: "AUTH is refused: TLS is switched off, or this is a port for implicit TLS.",
        todo: "ftps:// (port 990), or switch TLS on at the server.",
      },
    },
  },
  "tls-failed": codesCausesEn["tls-failed"],
  "certificate-refused": { means: "the server's certificate is not believed" },
  "clear-behind-auth": {
    means: "text came in clear behind the answer to AUTH: somebody may have put it there",
    at: {
      auth: {
        why: "Somebody on the way tries to slip commands in; or a server with an old fault.",
        todo: "Another network; a newer server.",
      },
    },
  },
  "no-mode-moves-data": { means: "neither passive nor active mode has moved data" },
  "not-found": {
    means: "the file or folder is not there",
    at: { file: { why: "The path is wrong, or seen from another folder.", todo: "twinport ls of the folder above." } },
  },
  refused: {
    means: "the server refuses the command",
    at: {
      file: {
        why: "What it said stands behind: permissions, a quota, a name.",
        todo: "twinport explain with its number, as 550.",
      },
    },
  },
  "not-supported": {
    means: "the server does not know the command",
    at: {
      file: {
        why: "It is an old one, or a small one.",
        todo: "Do without: twinport says in its error what was asked for.",
      },
    },
  },
  "local-file": {
    means: "a local file cannot be read or written",
    at: { local: { why: "The system's word stands behind it.", todo: "twinport explain with that word, as EACCES." } },
  },
  "size-differs": { means: "the file has another size at the other end than it should" },
  "hash-differs": {
    means: "the file is not what was sent",
    at: {
      transfer: {
        why: "Changed on the way or meanwhile; or sent as text (TYPE A), with other line ends.",
        todo: "Again, without --ascii; by TLS, which nobody can change.",
      },
    },
  },
  "source-not-repeatable": { means: "the transfer broke, and what was read cannot be read once more" },
  "transfer-broken": { means: "the transfer broke in its midst" },
  "listing-too-long": {
    means: "the listing is longer than the limit",
    at: {
      file: { why: "A folder with very many files, or a server that does not stop.", todo: "List smaller folders." },
    },
  },
  "fxp-failed": { means: "the two servers do not connect to each other" },
  "remote-changed": {
    means: "the file changed while it was fetched",
    at: { transfer: { why: "Somebody writes it.", todo: "Again, when it is done." } },
  },
  "connection-lost": { means: "the command connection was lost" },
  "protocol-not-followed": { means: "the server does not keep to FTP" },
  "timed-out": { means: "it took longer than it may" },
  aborted: {
    means: "it was called off",
    at: { local: { why: "By Ctrl-C, or by the program.", todo: "Nothing." } },
  },
  closed: {
    means: "the client was closed already",
    at: { local: { why: "The program asks after its end.", todo: "Ask before close(), or connect anew." } },
  },
} satisfies Record<ClientErrorCode, CodeText>;

/** The sentences of all three. */
export type CodesCausesMessages = typeof codesCausesEn;
export type CodesAttemptsMessages = typeof codesAttemptsEn;
export type CodesClientMessages = typeof codesClientEn;
