import type { CodeText } from "../explain/codes.ts";

/** What replies of refusal mean, in English: those that begin with 4 and 5. */
export const codesRefusalsEn = {
  "421": {
    means: "the server ends the session, or has not let one begin",
    at: {
      greeting: {
        why: "The server is full: too many sessions, in all or from this address. Clients that open many connections at once hear it too.",
        todo: "Fewer connections at the same time (--parallel), or a higher limit at the server (serve --max-sessions, --max-sessions-per-address).",
      },
      login: {
        why: "Too many refused passwords, or the login took too long.",
        todo: "Check name and password; wait until the address is no longer shut out.",
      },
      idle: {
        why: "No command for longer than the server waits. During a long transfer the command connection is idle too; some servers count that.",
        todo: "Send NOOP now and then, or raise the server's idle time (serve --idle-timeout).",
      },
      mode: {
        why: "A few servers say 421 in place of 425 where no data connection came about, and close.",
        todo: "Read it as 425: twinport explain 425.",
      },
    },
  },
  "425": {
    means: "the server has no data connection: the second of FTP's two connections has not come about",
    at: {
      passive: {
        why: "The client did not reach the port that the server had opened and told: the range is not let in on the way, or a wrong address was told.",
        todo: "At the server: let its passive range in (twinport firewall --for nftables), forward it where there is a NAT, tell the public address (serve --passive-address). From the client's side: twinport doctor URL says how far the dial comes.",
      },
      active: {
        why: "The server could not dial the port that the client had told by PORT: the client's firewall or NAT stops it, or the server may not dial out.",
        todo: "Use passive mode. To have active mode: open a range of ports at the client (get --active-ports), and forward it where there is a NAT (--active-address).",
      },
      mode: {
        why: "Said to PASV or EPSV itself: all ports of the passive range are in use, or other programs hold them.",
        todo: "At the server: a larger range (serve --passive-ports), opened in the firewall too.",
      },
      "data-tls": {
        why: "The connection stood, and TLS on it did not come about: most often the server wants the TLS session of the command connection taken up, and the client shakes hands anew.",
        todo: "A client that takes the session up (Twinport, FileZilla, lftp); or switch the demand off at the server (vsftpd: require_ssl_reuse=NO, ProFTPD: TLSOptions NoSessionReuseRequired).",
      },
    },
  },
  "426": {
    means: "the data connection was closed, and the transfer is not complete",
    at: {
      transfer: {
        why: "The connection was cut midway: a line that broke, a box that forgot it, a server that gave a stalled transfer up, or a client that closed (ABOR, a full disk).",
        todo: "Try again from where it stopped (--resume). If it is always after the same time, look for a time limit of a NAT or firewall; if it is after the first large packet, look for the MTU.",
      },
      "data-tls": {
        why: "By TLS: the other end closed without the end of TLS, so that nobody can tell whether that was all.",
        todo: "A newer client or server; compare sizes.",
      },
    },
  },
  "430": {
    means: "name or password are not right (what RFC 959 has 530 for)",
    at: { login: { why: "The server does not let this user in.", todo: "Check name and password." } },
  },
  "431": {
    means: "something that security needs is not there at the server: for AUTH, most often its certificate",
    at: {
      auth: {
        why: "TLS is switched on at the server, and cannot begin: no certificate, or a key that cannot be read.",
        todo: "Set the server's certificate right; until then only clear FTP works there.",
      },
    },
  },
  "434": {
    means: "the host that was asked for is not available (HOST), or login is not possible there",
    at: {
      login: { why: "The server does not have this host name.", todo: "Ask for a name that it has, or without HOST." },
    },
  },
  "450": {
    means: "the file is not available now: most often somebody is writing it",
    at: {
      file: {
        why: "The file is in use, or locked. Some servers also say it for a listing that finds nothing.",
        todo: "Try again in a moment; for an empty listing there is nothing to do.",
      },
    },
  },
  "451": {
    means: "the server has failed with this: an error of its own",
    at: {
      file: {
        why: "A disk error, a file system that is gone, a program behind the server that failed. The server's log has it.",
        todo: "At the server: read the log.",
      },
      "data-tls": {
        why: "Some servers say it where TLS on the data connection failed.",
        todo: "Read it as 425 with TLS: twinport explain 425.",
      },
    },
  },
  "452": {
    means: "no room: the disk is full",
    at: { upload: { why: "The disk of the server is full.", todo: "Make room at the server." } },
  },
  "500": {
    means: "the server does not understand the command",
    at: {
      mode: {
        why: "“Illegal PORT command”: the address in PORT is not the client's as the server sees it: there is a NAT between. After EPSV: an old server, or a firewall that reads along and does not know it.",
        todo: "Passive mode, and PASV where EPSV is not known; clients do that by themselves.",
      },
      auth: {
        why: "AUTH is not known: the server has no TLS.",
        todo: "TLS switched on at the server, or ftp:// where clear will do.",
      },
      login: {
        why: "“OOPS: …” of vsftpd: it does not run with its settings. Most often: a writable root inside chroot.",
        todo: "At the server: allow_writeable_chroot=YES, or a root that the user cannot write.",
      },
    },
  },
  "501": {
    means: "the argument of the command is not right",
    at: {
      mode: {
        why: "PORT or EPRT with an address that the server does not take: a private one behind a NAT, or one that a box has written over.",
        todo: "Passive mode, or tell the public address (--active-address).",
      },
      file: {
        why: "A name in letters that the server does not take, or that is too long.",
        todo: "Another charset (--charset), or another name.",
      },
    },
  },
  "502": {
    means: "the server knows the command, and does not do it",
    at: {
      mode: {
        why: "The mode is switched off at the server, or it is too old for EPSV and EPRT.",
        todo: "Another command for the same mode (PASV for EPSV), or the other mode.",
      },
      auth: { why: "TLS is switched off at the server.", todo: "Switch it on (serve --tls-cert), or use ftp://." },
    },
  },
  "503": {
    means: "the commands came in the wrong order",
    at: {
      mode: {
        why: "PASV or PORT after EPSV ALL; or PROT before PBSZ.",
        todo: "It is the client's error: another client, or a newer one.",
      },
      login: {
        why: "PASS without USER, or a second login in one session.",
        todo: "It is the client's error, or that of a proxy between.",
      },
    },
  },
  "504": {
    means: "the server knows the command, and not with this argument",
    at: {
      mode: {
        why: "PORT or EPRT with an address that is not the client's, or a port below 1024: refused, so that nobody can be attacked by way of the server.",
        todo: "Passive mode; behind NAT --active-address.",
      },
      auth: {
        why: "AUTH TLS is not among what the server has.",
        todo: "Implicit TLS (ftps://), if the server has that.",
      },
    },
  },
  "521": {
    means: "no data connection with this protection: data goes by TLS only here",
    at: {
      "data-tls": {
        why: "PROT C, or no PROT, where the server asks for PROT P.",
        todo: "ftpes:// without --clear-data.",
      },
    },
  },
  "522": {
    means: "not with this address family; or, on a TLS data connection: the session was not taken up",
    at: {
      mode: {
        why: "EPSV or EPRT for IPv6 where the server has IPv4 only, or the other way round.",
        todo: "The family of the command connection: --ipv4 or --ipv6.",
      },
      "data-tls": {
        why: "The server takes no data connection whose TLS session is not that of the command connection (vsftpd: “session reuse required”).",
        todo: "A client that takes the session up; or require_ssl_reuse=NO at the server.",
      },
    },
  },
  "530": {
    means: "not logged in",
    at: {
      login: {
        why: "Name or password are not right, the account is disabled, or it may not come from this address. Servers say the same for all of these.",
        todo: "Check name and password (a password in a URL is percent-encoded: @ is %40); then the server's log.",
      },
      auth: {
        why: "The server wants TLS before the login (“must use encryption”, “use AUTH TLS first”).",
        todo: "ftpes:// in place of ftp://.",
      },
      greeting: {
        why: "Too many connections of this user or address: some servers say 530 for that.",
        todo: "Fewer connections at the same time (--parallel).",
      },
      mode: {
        why: "A command before the login, or after the session was lost and renewed by somebody between.",
        todo: "Log in first; look at what stands between (an FTP proxy).",
      },
    },
  },
  "532": {
    means: "an account (ACCT) is needed to store files",
    at: { upload: { why: "The user may read, and needs more to write.", todo: "Ask who runs the server." } },
  },
  "533": {
    means: "the protection of commands is refused by policy: the server does not take them in clear",
    at: { auth: { why: "CCC was used, or commands came in clear.", todo: "Keep TLS on the command connection." } },
  },
  "534": {
    means: "refused for reasons of policy: the protection that was asked for is not enough, or too much",
    at: {
      "data-tls": { why: "PROT C where data must be protected.", todo: "PROT P: ftpes:// without --clear-data." },
      auth: { why: "AUTH is refused, to everybody or to this address.", todo: "Ask who runs the server." },
    },
  },
  "535": {
    means: "the check of security data failed: a certificate, most often the client's",
    at: {
      auth: {
        why: "The server asks for a certificate of the client and refuses it.",
        todo: "The right one by --cert and --key.",
      },
    },
  },
  "536": {
    means: "this level of PROT does not exist here",
    at: { "data-tls": { why: "PROT S or PROT E: TLS has no such levels.", todo: "PROT P." } },
  },
  "537": { means: "this level of protecting commands does not exist here" },
  "550": {
    means: "the file or folder is not there, or may not be used so",
    at: {
      file: {
        why: "Wrong path: a URL's path is seen from the login folder (ftp://host/%2Fetc is from the top). Or names in another charset, or upper and lower case.",
        todo: "List the folder first (twinport ls); --charset gbk for old Chinese servers.",
      },
      upload: {
        why: "The account, or the system's permissions, do not allow it; or the folder above is missing; or something has the name already.",
        todo: "At the server: permissions of the folder for the account; SELinux has a switch of its own (ftpd_full_access).",
      },
    },
  },
  "551": { means: "aborted: the kind of page is not known" },
  "552": {
    means: "over the quota: the account has used up what it may keep",
    at: {
      upload: {
        why: "The account's quota is used up, or the file is larger than allowed.",
        todo: "Remove something, or a larger quota.",
      },
    },
  },
  "553": {
    means: "this name is not allowed",
    at: {
      upload: {
        why: "Letters that the server's system does not take, a name that is too long, or (vsftpd: “Could not create file”) no permission to write there.",
        todo: "Another name; then the permissions of the folder.",
      },
    },
  },
  "554": {
    means: "the place of REST is not valid: behind the end of the file",
    at: {
      transfer: {
        why: "What is there locally is longer than the file at the server.",
        todo: "Without --resume, from the beginning.",
      },
    },
  },
} satisfies Record<string, CodeText>;

/** The sentences of {@link codesRefusalsEn}. */
export type CodesRefusalsMessages = typeof codesRefusalsEn;
