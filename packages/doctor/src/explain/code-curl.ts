import type { CodesCurlMessages } from "../messages/codes-errors-en.ts";
import type { CodeStories } from "./codes.ts";

/** Where curl's exit codes come from. */
export const curlCodes: CodeStories<keyof CodesCurlMessages> = {
  "curl 5": [{ at: "proxy", side: "client", causes: ["name-not-found"] }],
  "curl 6": [{ at: "lookup", side: "client", causes: ["name-not-found", "proxy-only"] }],
  "curl 7": [
    { at: "connect", side: "undecided", causes: ["out-refused", "wrong-protocol", "proxy-only"] },
    { at: "passive", side: "undecided", causes: ["out-refused", "range-outside-firewall", "address-wrong"] },
  ],
  "curl 8": [{ at: "greeting", side: "client", causes: ["wrong-protocol"] }],
  "curl 9": [{ at: "file", side: "client", causes: [] }],
  "curl 10": [{ at: "active", side: "undecided", causes: ["in-silent"] }],
  "curl 11": [{ at: "login", side: "server", causes: ["login-refused"] }],
  "curl 12": [{ at: "active", side: "undecided", causes: ["in-silent", "helper-blind-under-tls"] }],
  "curl 13": [{ at: "mode", side: "server", causes: ["server-refuses-mode", "range-exhausted", "address-rewritten"] }],
  "curl 14": [{ at: "mode", side: "undecided", causes: ["address-rewritten"] }],
  "curl 15": [{ at: "mode", side: "server", causes: ["address-wrong"] }],
  "curl 18": [{ at: "transfer", side: "undecided", causes: ["data-stalls"] }],
  "curl 19": [{ at: "passive", side: "undecided", causes: ["out-silent", "server-425", "tls-reuse-required"] }],
  "curl 25": [{ at: "passive", side: "undecided", causes: ["server-425", "tls-reuse-required"] }],
  "curl 28": [
    { at: "connect", side: "undecided", causes: ["out-silent", "proxy-only"] },
    { at: "passive", side: "undecided", causes: ["out-silent", "address-private", "address-wrong"] },
    { at: "active", side: "undecided", causes: ["in-silent"] },
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
  ],
  "curl 30": [{ at: "mode", side: "server", causes: ["server-refuses-mode", "address-private"] }],
  "curl 35": [{ at: "auth", side: "undecided", causes: ["tls-failed", "wrong-protocol"] }],
  "curl 52": [{ at: "greeting", side: "undecided", causes: ["control-cut", "wrong-protocol"] }],
  "curl 55": [{ at: "transfer", side: "undecided", causes: ["data-stalls"] }],
  "curl 56": [
    { at: "mode", side: "undecided", causes: ["control-cut"] },
    { at: "data-tls", side: "client", causes: ["tls-reuse-required"] },
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
    { at: "idle", side: "undecided", causes: ["control-idle-cut"] },
  ],
  "curl 60": [{ at: "auth", side: "server", causes: ["tls-certificate"] }],
  "curl 64": [{ at: "auth", side: "server", causes: ["tls-failed"] }],
  "curl 67": [{ at: "login", side: "client", causes: ["login-refused"] }],
  "curl 78": [{ at: "file", side: "client", causes: [] }],
  "curl 80": [{ at: "data-tls", side: "undecided", causes: ["tls-failed"] }],
};
