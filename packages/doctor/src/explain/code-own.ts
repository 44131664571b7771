import { causes } from "../findings.ts";
import type { AttemptFailure } from "@twinport/protocol";
import type { ClientErrorCode } from "@twinport/client";
import type { Cause, Side } from "../findings.ts";
import type { CodeMoment, CodeStories, CodeStory } from "./codes.ts";

/** When a cause shows, and at whose end it is where nothing tells more. */
const placeOfCause: Readonly<Record<Cause, readonly [CodeMoment, Side]>> = {
  "out-refused": ["passive", "undecided"],
  "out-silent": ["passive", "undecided"],
  "in-silent": ["active", "undecided"],
  "server-425": ["active", "undecided"],
  "server-refuses-mode": ["mode", "server"],
  "address-private": ["mode", "undecided"],
  "address-wrong": ["mode", "server"],
  "address-rewritten": ["mode", "undecided"],
  "helper-present": ["mode", "undecided"],
  "helper-blind-under-tls": ["active", "undecided"],
  "range-outside-firewall": ["passive", "undecided"],
  "range-exhausted": ["mode", "server"],
  "tls-reuse-required": ["data-tls", "server"],
  "tls-certificate": ["auth", "server"],
  "tls-failed": ["auth", "undecided"],
  "wrong-protocol": ["greeting", "server"],
  "proxy-only": ["connect", "client"],
  "control-idle-cut": ["idle", "undecided"],
  "data-stalls": ["transfer", "undecided"],
  "control-cut": ["mode", "undecided"],
  "login-refused": ["login", "undecided"],
  "name-not-found": ["lookup", "undecided"],
};

/** The causes themselves. */
export const causeCodes: CodeStories<Cause> = Object.fromEntries(
  causes.map((cause): [Cause, readonly CodeStory[]] => {
    const [at, side] = placeOfCause[cause];
    return [cause, [{ at, side, causes: [cause] }]];
  }),
);

const at = (moment: CodeMoment, side: Side, ...from: readonly Cause[]): CodeStory => ({
  at: moment,
  side,
  causes: from,
});

/** Why one mode has not moved bytes, in the client's words. */
export const attemptCodes: Readonly<Record<AttemptFailure, readonly CodeStory[]>> = {
  "command-refused": [at("mode", "server", "server-refuses-mode", "address-private")],
  "reply-not-usable": [at("mode", "undecided", "address-rewritten")],
  "dial-refused": [at("passive", "undecided", "out-refused", "range-outside-firewall", "address-wrong")],
  "dial-silent": [at("passive", "undecided", "out-silent", "range-outside-firewall", "address-wrong")],
  "dial-unreachable": [at("passive", "undecided", "out-refused", "address-private")],
  "nobody-came": [at("active", "undecided", "in-silent", "address-private", "helper-blind-under-tls")],
  "server-cannot-connect": [
    at("active", "undecided", "server-425", "in-silent"),
    at("passive", "undecided", "out-silent", "range-exhausted"),
  ],
  "data-broken": [at("transfer", "undecided", "data-stalls"), at("data-tls", "undecided", "tls-reuse-required")],
  "no-bytes": [at("transfer", "undecided", "data-stalls")],
  "control-silent": [at("mode", "undecided", "control-cut"), at("active", "undecided", "in-silent")],
  "control-lost": [at("mode", "undecided", "control-cut"), at("idle", "undecided", "control-idle-cut")],
  "cannot-listen": [at("local", "client")],
  "tls-failed": [at("data-tls", "undecided", "tls-failed", "tls-reuse-required")],
};

/** What stopped the client, in its words. */
export const clientCodes: Readonly<Record<ClientErrorCode, readonly CodeStory[]>> = {
  "url-not-valid": [at("local", "client")],
  "option-not-valid": [at("local", "client")],
  "path-not-valid": [at("local", "client")],
  "name-not-found": [at("lookup", "undecided", "name-not-found", "proxy-only")],
  "connect-refused": [at("connect", "undecided", "out-refused", "wrong-protocol")],
  "connect-silent": [at("connect", "undecided", "out-silent", "proxy-only")],
  "connect-unreachable": [at("connect", "undecided", "out-refused", "proxy-only")],
  "connect-failed": [at("connect", "undecided", "out-refused", "out-silent", "proxy-only")],
  "proxy-failed": [at("proxy", "client", "proxy-only")],
  "not-ftp": [at("greeting", "undecided", "wrong-protocol")],
  "server-busy": [at("greeting", "server")],
  "login-refused": [at("login", "undecided", "login-refused")],
  "tls-not-offered": [at("auth", "server", "tls-failed")],
  "tls-failed": [at("auth", "undecided", "tls-failed", "wrong-protocol")],
  "certificate-refused": [at("auth", "server", "tls-certificate")],
  "clear-behind-auth": [at("auth", "undecided", "tls-failed")],
  "no-mode-moves-data": [
    at("passive", "undecided", "out-silent", "out-refused", "range-outside-firewall", "address-wrong"),
    at("active", "undecided", "in-silent", "server-425", "server-refuses-mode"),
  ],
  "not-found": [at("file", "client")],
  refused: [at("file", "server")],
  "not-supported": [at("file", "server")],
  "local-file": [at("local", "client")],
  "size-differs": [at("transfer", "undecided", "data-stalls")],
  "hash-differs": [at("transfer", "undecided")],
  "source-not-repeatable": [at("transfer", "undecided", "data-stalls")],
  "transfer-broken": [at("transfer", "undecided", "data-stalls")],
  "listing-too-long": [at("file", "server")],
  "fxp-failed": [at("mode", "server", "server-refuses-mode", "server-425")],
  "remote-changed": [at("transfer", "server")],
  "connection-lost": [at("idle", "undecided", "control-idle-cut", "control-cut")],
  "protocol-not-followed": [at("greeting", "server", "wrong-protocol")],
  "timed-out": [at("transfer", "undecided", "data-stalls", "out-silent")],
  aborted: [at("local", "client")],
  closed: [at("local", "client")],
};
