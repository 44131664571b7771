import type { CodeText } from "../explain/codes.ts";

/** What errors of the system and of TLS mean, in English. Where a moment has no sentences, its causes say it. */
export const codesErrnoEn = {
  ECONNREFUSED: {
    means: "the other end answered at once: nobody listens at that port, or a firewall says no aloud",
    at: {
      connect: {
        why: "No server runs at that port, or a firewall rejects it. It was not lost on the way: something answered.",
        todo: "Check host and port (21; 990 for implicit TLS; 2121 for Twinport's default), and that the server listens at this address.",
      },
      local: {
        why: "The server's own log may have it for active mode: the client's machine answered, and nobody listened there.",
        todo: "Read it as 425 in active mode: twinport explain 425.",
      },
    },
  },
  ECONNRESET: {
    means: "the other end, or a box between, cut the connection off (RST) without an end",
    at: {
      greeting: {
        why: "The server, or a firewall before it, does not take this address, or has too many connections.",
        todo: "From another network; then the server's log and limits.",
      },
      "data-tls": {
        why: "On the data connection by TLS: most often the server wants the session of the command connection taken up, and cuts instead of saying so.",
        todo: "A client that takes the session up; or the server's switch for it.",
      },
      transfer: {
        why: "In the midst of a file: a box with a time or size limit, a line that broke, or a server that ended.",
        todo: "Go on with --resume; if it is always after the same time or number of bytes, look for a box with that limit.",
      },
    },
  },
  ETIMEDOUT: {
    means: "nothing came back: packets are dropped on the way, or the other end is gone",
    at: {
      connect: {
        why: "A firewall drops what goes to the command port, at either end; or the address is wrong; or only a proxy gets out.",
        todo: "Try another port of the same host, and another network; --proxy where there is one.",
      },
    },
  },
  EHOSTUNREACH: { means: "there is no way to that host: a router on the way, or the last network, says so" },
  ENETUNREACH: {
    means: "this machine has no way to that network",
    at: {
      connect: {
        why: "No route: most often the name has an IPv6 address, and this machine has no IPv6.",
        todo: "--ipv4; or set the route right.",
      },
    },
  },
  EPIPE: { means: "we wrote to a connection that the other end had closed already" },
  ECONNABORTED: { means: "this machine itself gave the connection up: its own firewall, antivirus or network" },
  EADDRINUSE: {
    means: "the port is taken by another program",
    at: {
      local: {
        why: "A server: another one runs at that port. A client in active mode: its range is taken.",
        todo: "Another port, or end the other program (ss -ltnp shows it); a larger --active-ports.",
      },
    },
  },
  EADDRNOTAVAIL: {
    means: "the address is not one of this machine's; or no pair of ports is left for this connection",
    at: {
      local: {
        why: "A server was told to listen at, or a client to come from, an address that the machine does not have. A public address behind NAT belongs to the NAT.",
        todo: "Listen at 0.0.0.0 or the inner address; tell the outer one (serve --passive-address).",
      },
    },
  },
  EACCES: {
    means: "the system does not allow it",
    at: {
      local: {
        why: "A port below 1024 (20, 21) without the privilege for it; or a file that this user may not read or write.",
        todo: "The privilege for low ports alone (setcap cap_net_bind_service, or the service manager), a port from 1024 on, or the file's permissions.",
      },
    },
  },
  EPERM: {
    means: "the system does not allow it; for a packet: this machine's own firewall does not let it out",
    at: {
      connect: {
        why: "A rule in the OUTPUT chain of this machine.",
        todo: "nft list ruleset (iptables -S OUTPUT) here; let the ports out.",
      },
    },
  },
  ENOTFOUND: { means: "the name is not known: it has no address" },
  EAI_AGAIN: {
    means: "the name could not be looked up now: no name server answered",
    at: {
      lookup: {
        why: "No network, no name server, or a network in which only a proxy may look names up.",
        todo: "Try again; look into /etc/resolv.conf; --proxy where there is one.",
      },
    },
  },
  EMFILE: {
    means: "this process has as many files and connections open as it may",
    at: {
      local: {
        why: "A limit that is too low, or connections that are never closed.",
        todo: "A higher ulimit -n (LimitNOFILE=).",
      },
    },
  },
  ENFILE: {
    means: "the whole system has as many files open as it may",
    at: { local: { why: "Some program opens and does not close.", todo: "Find it (lsof), or raise fs.file-max." } },
  },
  ENOSPC: {
    means: "the disk is full",
    at: { local: { why: "The disk, or the quota of the user.", todo: "Make room." } },
  },
  ENOENT: {
    means: "the local file or folder is not there",
    at: {
      local: {
        why: "A path that is not there; what is relative is seen from where the command was called.",
        todo: "Check the path.",
      },
    },
  },
  CERT_HAS_EXPIRED: { means: "the server's certificate has expired, or that of an authority above it" },
  CERT_NOT_YET_VALID: { means: "the server's certificate is not valid yet; or the clock here is wrong" },
  DEPTH_ZERO_SELF_SIGNED_CERT: { means: "the server has signed its certificate itself: nobody vouches for it" },
  SELF_SIGNED_CERT_IN_CHAIN: {
    means:
      "at the end of the certificate's chain stands an authority that is not known here: a company's own, or a box that reads TLS",
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    means: "the server sends its certificate without those of the authorities between",
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { means: "the authority that signed the certificate is not known here" },
  ERR_TLS_CERT_ALTNAME_INVALID: { means: "the certificate is for another name than the one that was dialled" },
  EPROTO: { means: "TLS could not be agreed on" },
  ERR_SSL_WRONG_VERSION_NUMBER: { means: "what came back is no TLS: clear text, or another protocol" },
  ERR_SSL_UNSUPPORTED_PROTOCOL: { means: "the server speaks only old versions of TLS, which are not used here" },
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: { means: "the other end closed without the end of TLS" },
} satisfies Record<string, CodeText>;

/** What curl's exit codes mean, in English. */
export const codesCurlEn = {
  "curl 5": { means: "the proxy's name is not known" },
  "curl 6": { means: "the host's name is not known" },
  "curl 7": {
    means: "no connection came about: to the command port, or in passive mode to the data port",
    at: { connect: codesErrnoEn.ECONNREFUSED.at.connect },
  },
  "curl 8": { means: "the server's greeting or answer is not FTP" },
  "curl 9": {
    means: "the server does not let us into the folder",
    at: {
      file: {
        why: "CWD was refused: the folder is not there, or not for this user. A URL's path is seen from the login folder.",
        todo: "ftp://host/%2Fpath for a path from the top.",
      },
    },
  },
  "curl 10": { means: "active mode: the server's connection could not be accepted" },
  "curl 11": { means: "an answer to PASS that curl does not know" },
  "curl 12": { means: "active mode: the server has not come to our port in time" },
  "curl 13": { means: "the answer to PASV or EPSV was a refusal, or is not to be read" },
  "curl 14": { means: "the address in the answer to PASV (227) cannot be read" },
  "curl 15": { means: "the host in the answer to PASV (227) cannot be used" },
  "curl 17": { means: "the server refuses the type of the transfer (TYPE)" },
  "curl 18": { means: "fewer bytes came than the server had told" },
  "curl 19": { means: "the server refuses the download, or no data connection came about (425)" },
  "curl 21": { means: "a command that was given with -Q was refused" },
  "curl 23": { means: "the local file could not be written" },
  "curl 25": { means: "the server refuses the upload (STOR)" },
  "curl 26": { means: "the local file could not be read" },
  "curl 28": { means: "it took too long", at: { connect: codesErrnoEn.ETIMEDOUT.at.connect } },
  "curl 30": { means: "active mode: PORT and EPRT were refused" },
  "curl 31": { means: "the server cannot go on in the midst of a file (REST)" },
  "curl 35": { means: "TLS on the command connection did not come about" },
  "curl 36": { means: "the download could not be taken up again" },
  "curl 52": { means: "the server said nothing, and closed" },
  "curl 55": { means: "sending failed: the connection was cut" },
  "curl 56": { means: "receiving failed: the connection was cut; or the reply was a refusal" },
  "curl 60": { means: "the server's certificate cannot be believed" },
  "curl 64": { means: "TLS was demanded, and the server does not offer it (--ssl-reqd)" },
  "curl 67": { means: "name or password are not right" },
  "curl 70": { means: "the server's disk is full" },
  "curl 78": {
    means: "the file is not there",
    at: { file: { why: "The path is wrong; it is seen from the login folder.", todo: "List the folder first." } },
  },
  "curl 80": { means: "TLS could not be ended cleanly" },
  "curl 84": { means: "PRET was refused: the server has no such command" },
} satisfies Record<string, CodeText>;

/** The sentences of both. */
export type CodesErrnoMessages = typeof codesErrnoEn;
export type CodesCurlMessages = typeof codesCurlEn;
