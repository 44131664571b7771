import type { CodesRepliesMessages } from "../messages/codes-replies-en.ts";
import type { CodeStories } from "./codes.ts";

/** Where replies come from. */
export const replyCodes: CodeStories<keyof CodesRepliesMessages> = {
  "150": [
    { at: "active", side: "client", causes: ["in-silent"] },
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
  ],
  "226": [{ at: "transfer", side: "undecided", causes: ["data-stalls"] }],
  "227": [{ at: "mode", side: "server", causes: ["address-private", "address-wrong", "address-rewritten"] }],
  "421": [
    { at: "greeting", side: "server", causes: [] },
    { at: "login", side: "client", causes: ["login-refused"] },
    { at: "idle", side: "undecided", causes: ["control-idle-cut"] },
    { at: "mode", side: "undecided", causes: ["server-425", "range-exhausted"] },
  ],
  "425": [
    {
      at: "passive",
      side: "undecided",
      causes: ["out-silent", "out-refused", "range-outside-firewall", "address-private", "address-wrong"],
    },
    { at: "active", side: "undecided", causes: ["server-425", "in-silent", "helper-blind-under-tls"] },
    { at: "mode", side: "server", causes: ["range-exhausted"] },
    { at: "data-tls", side: "client", causes: ["tls-reuse-required", "tls-failed"] },
  ],
  "426": [
    { at: "transfer", side: "undecided", causes: ["data-stalls"] },
    { at: "data-tls", side: "undecided", causes: ["tls-failed", "tls-reuse-required"] },
  ],
  "430": [{ at: "login", side: "client", causes: ["login-refused"] }],
  "431": [{ at: "auth", side: "server", causes: ["tls-failed"] }],
  "434": [{ at: "login", side: "client", causes: ["login-refused"] }],
  "450": [{ at: "file", side: "server", causes: [] }],
  "451": [
    { at: "file", side: "server", causes: [] },
    { at: "data-tls", side: "undecided", causes: ["tls-failed", "tls-reuse-required"] },
  ],
  "452": [{ at: "upload", side: "server", causes: [] }],
  "500": [
    { at: "mode", side: "undecided", causes: ["server-refuses-mode", "address-private"] },
    { at: "auth", side: "server", causes: ["tls-failed"] },
    { at: "login", side: "server", causes: ["login-refused"] },
  ],
  "501": [
    { at: "mode", side: "client", causes: ["address-private", "address-rewritten", "server-refuses-mode"] },
    { at: "file", side: "client", causes: [] },
  ],
  "502": [
    { at: "mode", side: "server", causes: ["server-refuses-mode"] },
    { at: "auth", side: "server", causes: ["tls-failed"] },
  ],
  "503": [
    { at: "mode", side: "client", causes: ["server-refuses-mode"] },
    { at: "login", side: "client", causes: [] },
  ],
  "504": [
    { at: "mode", side: "client", causes: ["address-private", "server-refuses-mode"] },
    { at: "auth", side: "server", causes: ["tls-failed"] },
  ],
  "521": [{ at: "data-tls", side: "client", causes: ["tls-failed"] }],
  "522": [
    { at: "mode", side: "undecided", causes: ["server-refuses-mode"] },
    { at: "data-tls", side: "client", causes: ["tls-reuse-required"] },
  ],
  "530": [
    { at: "login", side: "client", causes: ["login-refused"] },
    { at: "auth", side: "client", causes: ["login-refused"] },
    { at: "greeting", side: "server", causes: ["login-refused"] },
    { at: "mode", side: "client", causes: ["login-refused"] },
  ],
  "532": [{ at: "upload", side: "server", causes: [] }],
  "533": [{ at: "auth", side: "client", causes: [] }],
  "534": [
    { at: "data-tls", side: "client", causes: ["tls-failed"] },
    { at: "auth", side: "server", causes: ["tls-failed"] },
  ],
  "535": [{ at: "auth", side: "client", causes: ["tls-failed"] }],
  "536": [{ at: "data-tls", side: "client", causes: ["tls-failed"] }],
  "550": [
    { at: "file", side: "client", causes: [] },
    { at: "upload", side: "server", causes: [] },
  ],
  "552": [{ at: "upload", side: "server", causes: [] }],
  "553": [{ at: "upload", side: "server", causes: [] }],
  "554": [{ at: "transfer", side: "client", causes: [] }],
};
