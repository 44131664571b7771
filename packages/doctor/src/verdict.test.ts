import { expect, test } from "vitest";
import { all, control, evidence, tried } from "../../../test/testkit/told-evidence.ts";
import { findingsOf } from "./findings-of-evidence.ts";
import { verdictOf } from "./verdict.ts";
import type { Evidence } from "./evidence.ts";

/** `passive epsv; active: in-silent`. */
function told(of: Evidence): string {
  const { mode, command, over, works, shut, before, otherwise } = verdictOf(of, findingsOf(of));
  expect(works).toBe(mode !== null);
  return [
    `${mode} ${command}${over ? ` over ${over}` : ""}`,
    ...shut.map((one) => `${one.mode}: ${one.finding?.cause ?? "?"}`),
    ...(before ? [`before: ${before.cause}`] : []),
    ...(otherwise ? [`otherwise ${otherwise.login} ${otherwise.mode}`] : []),
  ].join("; ");
}

const none = { attempts: [], tls: [], trace: [], host: "ftp.example.net", port: 21 };

test.each<[string, Evidence, string]>([
  [
    "all works",
    evidence(all("public", "epsv off moved", "pasv off moved", "port off moved", "eprt off moved")),
    "passive epsv",
  ],
  [
    "EPSV is not known",
    evidence(all("public", 'epsv off command-refused "500 What?"', "pasv off moved")),
    "passive pasv",
  ],
  [
    "passive only",
    evidence(all("public", "epsv off moved", "port off nobody-came")),
    "passive epsv; active: in-silent",
  ],
  [
    "active only, PORT first",
    evidence(all("public", "epsv off dial-silent", "eprt off moved", "port off moved")),
    "active port; passive: out-silent",
  ],
  [
    "neither",
    evidence(all("hidden", "epsv off dial-refused", 'port off command-refused "500 Illegal PORT command."')),
    "null null; passive: out-refused; active: address-private",
  ],
  [
    "what the URL asks for counts: clear",
    evidence(all("public", "epsv off moved", "epsv explicit dial-silent", "port off nobody-came"), { login: "off" }),
    "passive epsv; active: in-silent",
  ],
  [
    "what the URL asks for counts: TLS",
    evidence(all("public", "epsv off moved", "epsv explicit dial-silent"), { login: "explicit" }),
    "null null; passive: helper-blind-under-tls; otherwise off passive",
  ],
  [
    "one family is enough",
    evidence([...all("public", "epsv off dial-silent"), ...all("six", "epsv off moved")]),
    "passive epsv over 6",
  ],
  [
    "what is in the way is told of the family that is used",
    evidence(all("public", "epsv off moved", "port off nobody-came"), {
      controls: [control("public", "off", "ready"), control("six", "off", "connect-silent")],
    }),
    "passive epsv over 4; active: in-silent",
  ],
  [
    "both families work",
    evidence([...all("public", "pasv off moved"), ...all("six", "epsv off moved")]),
    "passive epsv",
  ],
  [
    "lists come and files do not",
    evidence([
      ...all("public", "epsv off moved", "port off nobody-came"),
      tried("public", "epsv off no-bytes", { purpose: "bulk" }),
    ]),
    "null null; passive: data-stalls; active: in-silent",
  ],
  [
    "the folder is refused",
    evidence(all("public", "epsv off refused", "port off refused")),
    "null null; passive: ?; active: ?",
  ],
  [
    "nobody is let in",
    { ...none, controls: [control("public", "off", "login-refused")] },
    "null null; before: login-refused",
  ],
  [
    "in clear nobody is let in",
    evidence(all("public", "epsv explicit moved"), {
      login: "off",
      controls: [control("public", "off", "login-refused"), control("public", "explicit", "ready")],
    }),
    "null null; before: login-refused; otherwise explicit passive",
  ],
  ["nothing was seen", { ...none, controls: [] }, "null null"],
])("%s", (_name, seen, expected) => {
  expect(told(seen)).toBe(expected);
});
