import type { CodesErrnoMessages } from "../messages/codes-errors-en.ts";
import type { CodeStories, CodeStory } from "./codes.ts";

/** Nobody can vouch for the server: the same wherever TLS begins. */
const certificate: readonly CodeStory[] = [{ at: "auth", side: "server", causes: ["tls-certificate"] }];

/** Where errors of the system and of TLS come from. */
export const errnoCodes: CodeStories<keyof CodesErrnoMessages> = {
  ECONNREFUSED: [
    { at: "connect", side: "undecided", causes: ["out-refused", "wrong-protocol"] },
    { at: "passive", side: "undecided", causes: ["out-refused", "range-outside-firewall", "address-wrong"] },
    { at: "local", side: "client", causes: ["server-425"] },
  ],
  ECONNRESET: [
    { at: "greeting", side: "undecided", causes: ["control-cut"] },
    { at: "mode", side: "undecided", causes: ["control-cut"] },
    { at: "data-tls", side: "client", causes: ["tls-reuse-required", "tls-failed"] },
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
    { at: "idle", side: "undecided", causes: ["control-idle-cut"] },
  ],
  ETIMEDOUT: [
    { at: "connect", side: "undecided", causes: ["out-silent", "proxy-only"] },
    { at: "passive", side: "undecided", causes: ["out-silent", "address-private", "address-wrong"] },
    { at: "active", side: "undecided", causes: ["in-silent"] },
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
    { at: "idle", side: "undecided", causes: ["control-idle-cut"] },
  ],
  EHOSTUNREACH: [{ at: "passive", side: "undecided", causes: ["out-refused", "address-private", "address-wrong"] }],
  ENETUNREACH: [
    { at: "connect", side: "client", causes: [] },
    { at: "passive", side: "server", causes: ["address-private"] },
  ],
  EPIPE: [
    { at: "transfer", side: "undecided", causes: ["data-stalls", "tls-reuse-required"] },
    { at: "idle", side: "undecided", causes: ["control-idle-cut"] },
  ],
  ECONNABORTED: [{ at: "transfer", side: "client", causes: ["data-stalls"] }],
  EADDRINUSE: [{ at: "local", side: "undecided", causes: [] }],
  EADDRNOTAVAIL: [{ at: "local", side: "undecided", causes: ["address-wrong"] }],
  EACCES: [{ at: "local", side: "undecided", causes: [] }],
  EPERM: [{ at: "connect", side: "client", causes: ["out-refused"] }],
  ENOTFOUND: [{ at: "lookup", side: "client", causes: ["name-not-found"] }],
  EAI_AGAIN: [{ at: "lookup", side: "client", causes: ["name-not-found", "proxy-only"] }],
  EMFILE: [{ at: "local", side: "undecided", causes: [] }],
  ENFILE: [{ at: "local", side: "undecided", causes: [] }],
  ENOSPC: [{ at: "local", side: "undecided", causes: [] }],
  ENOENT: [{ at: "local", side: "client", causes: [] }],
  CERT_HAS_EXPIRED: certificate,
  CERT_NOT_YET_VALID: certificate,
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate,
  SELF_SIGNED_CERT_IN_CHAIN: certificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate,
  ERR_TLS_CERT_ALTNAME_INVALID: certificate,
  EPROTO: [{ at: "auth", side: "undecided", causes: ["tls-failed", "wrong-protocol"] }],
  ERR_SSL_WRONG_VERSION_NUMBER: [{ at: "auth", side: "client", causes: ["wrong-protocol"] }],
  ERR_SSL_UNSUPPORTED_PROTOCOL: [{ at: "auth", side: "server", causes: ["tls-failed"] }],
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: [
    { at: "data-tls", side: "undecided", causes: ["tls-reuse-required", "tls-failed"] },
  ],
};
