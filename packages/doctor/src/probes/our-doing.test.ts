import { expect, test } from "vitest";
import { mayBeOurDoing } from "./our-doing.ts";
import type { AttemptEvidence } from "../evidence.ts";

const end = { address: "192.0.2.1", port: 21 };
const attempt = (outcome: AttemptEvidence["outcome"], said?: string, mode: AttemptEvidence["mode"] = "epsv") => ({
  ...({ mode, outcome, family: 4, tls: "off", ms: 0, bytes: 0, connected: false, purpose: "turn" } as const),
  ...{ control: { local: end, peer: end }, strangers: [], facts: {} },
  ...(said !== undefined && { modeReply: { code: Number(said.slice(0, 3)), text: said.slice(4) } }),
});

test.each<[AttemptEvidence["outcome"], string | undefined, AttemptEvidence["mode"], boolean]>([
  ["command-refused", "425 no port is free", "epsv", true],
  ["command-refused", "421 too many", "pasv", true],
  ["command-refused", "500 OOPS: vsf_sysutil_bind", "pasv", true],
  ["command-refused", "502 not here", "epsv", false],
  ["command-refused", "550 Permission denied.", "pasv", false],
  ["command-refused", "500 Illegal PORT command.", "port", false],
  ["command-refused", "500 OOPS: priv_sock_get_int", "port", true],
  ["control-lost", undefined, "epsv", true],
  ["control-silent", undefined, "pasv", true],
  ["control-silent", "229 (|||50000|)", "epsv", false],
  ["dial-silent", "229 (|||50000|)", "epsv", false],
])("%s, %s to %s: %s", (outcome, said, mode, expected) => {
  expect(mayBeOurDoing(attempt(outcome, said, mode))).toBe(expected);
});
