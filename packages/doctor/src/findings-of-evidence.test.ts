import { expect, test } from "vitest";
import fc from "fast-check";
import {
  all,
  answers,
  comes,
  control,
  evidence,
  found,
  nobody,
  passes,
  places,
  silent,
  tried,
} from "../../../test/testkit/told-evidence.ts";
import { findingsOf } from "./findings-of-evidence.ts";
import { verdictOf } from "./verdict.ts";
import { sayFinding, sayVerdict } from "./messages/findings.ts";
import type { Evidence } from "./evidence.ts";
import type { AttemptOutcome } from "@twinport/protocol";

const outSilent = "out-silent undecided 50001 blocks";
const inSilent = "in-silent undecided 40001 blocks";

test.each<[string, Evidence, string[]]>([
  ["nothing stands in between", evidence(all("public", ...passes, ...comes)), []],
  ["both are closed", evidence(all("public", ...silent, ...nobody)), [outSilent, inSilent]],
  [
    "both are closed, in both families: each story once",
    evidence([
      ...all("public", ...silent, ...nobody),
      ...all("six", "epsv off dial-silent 50009", "eprt off nobody-came 40009"),
    ]),
    [outSilent, inSilent],
  ],
  [
    "both are closed, in clear and under TLS: each story once",
    evidence(all("public", ...silent, ...nobody, "epsv explicit dial-silent 50009", "port explicit nobody-came 40009")),
    [outSilent, inSilent],
  ],
  [
    "helpers at both ends",
    evidence(
      all(
        "hidden",
        ...passes,
        ...comes,
        "epsv explicit dial-silent 50003",
        'port explicit command-refused 40003 "500 Illegal PORT command."',
      ),
    ),
    ["helper-blind-under-tls undecided 50003 blocks", "helper-blind-under-tls client 40003 blocks"],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});

const ends: readonly AttemptOutcome[] = [
  ...(["moved", "refused", "stopped", "command-refused", "reply-not-usable", "dial-refused", "dial-silent"] as const),
  ...([
    "dial-unreachable",
    "nobody-came",
    "server-cannot-connect",
    "data-broken",
    "no-bytes",
    "control-silent",
  ] as const),
  ...(["control-lost", "cannot-listen", "tls-failed"] as const),
];
const words = [
  "",
  "500 Illegal PORT command.",
  "550 Permission denied.",
  "425 no",
  "500 OOPS: bind",
  "522 reuse",
  "421 bye",
  "425 Bad IP",
];

const attempts = fc.array(
  fc.record({
    place: fc.constantFrom(...(Object.keys(places) as (keyof typeof places)[])),
    mode: fc.constantFrom("epsv", "pasv", "eprt", "port"),
    tls: fc.constantFrom("off", "explicit", "implicit"),
    outcome: fc.constantFrom(...ends),
    said: fc.constantFrom(...words),
    port: fc.constantFrom(50_000, 50_001, 50_002),
    purpose: fc.constantFrom("turn", "alone", "further-port", "bulk", "decide"),
    connected: fc.boolean(),
    dialMs: fc.constantFrom(0.2, 40, 130, 3000, 5000),
    told: fc.constantFrom(undefined, "10.0.0.2", "192.0.2.66", "203.0.113.77", "0.0.0.0"),
    arrival: fc.constantFrom(undefined, "half-open", "nothing", "accepted", "unknown"),
  }),
  { maxLength: 12 },
);
const anyEvidence = fc
  .record({
    attempts,
    connectMs: fc.constantFrom(0.3, 120, 1100),
    controls: fc.array(
      fc.constantFrom("ready", "connect-silent", "login-refused", "not-ftp", "tls-failed", "timed-out"),
      { maxLength: 3 },
    ),
    observed: fc.constantFrom(undefined, "192.0.2.2", "198.51.100.2", "10.0.0.1"),
    isProxied: fc.boolean(),
  })
  .map((told): Evidence => {
    const made = told.attempts.map(({ place, mode, tls, outcome, said, port, told: address, arrival, ...more }) => {
      const attempt = tried(place, `${mode} ${tls} ${outcome} ${port}${said && ` "${said}"`}`, more);
      return {
        ...attempt,
        ...(address && { told: { address, port } }),
        ...(arrival && { seen: { arrival } }),
      };
    });
    return {
      ...evidence(made),
      controls: told.controls.map((outcome) => control("public", "off", outcome, { connectMs: told.connectMs })),
      ...(told.observed && { observed: { address: told.observed, port: 40_000 } }),
      ...(told.isProxied && { proxy: "socks5 192.0.2.1:1080" }),
    };
  });

test("whatever was seen: an answer, in both languages, each story once", () => {
  fc.assert(
    fc.property(anyEvidence, (told) => {
      const findings = findingsOf(told);
      const verdict = verdictOf(told, findings);
      for (const finding of findings) {
        expect(finding.confidence).toBeGreaterThan(0);
        expect(finding.confidence).toBeLessThanOrEqual(1);
        for (const language of ["en", "zh-CN"] as const) {
          const said = sayFinding(finding, language);
          expect(`${said.what} ${said.fix} ${said.decide ?? ""}`).not.toMatch(/undefined|NaN|\(\)|（）/);
          expect(sayVerdict(verdict, language)).not.toMatch(/undefined|NaN/);
        }
      }
      const keys = findings.map(({ cause, side, modes }) => `${cause} ${side} ${modes.join()}`);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

test("what a filter at either end would look like is blamed on neither", () => {
  const place = fc.constantFrom("public" as const, "six" as const, "forwarded" as const);
  const outcome = fc.constantFrom("dial-silent", "dial-refused", "dial-unreachable");
  fc.assert(
    fc.property(
      place,
      outcome,
      fc.constantFrom("moved", "nobody-came"),
      fc.constantFrom(1, 120),
      (where, dialed, came, ms) => {
        const told = evidence(
          [tried(where, `epsv off ${dialed}`, { dialMs: ms === 1 ? 1 : 125 }), tried(where, `eprt off ${came}`)],
          { controls: [control(where, "off", "ready", { connectMs: ms })], trace: answers(ms) },
        );
        expect(findingsOf(told).map(({ side }) => side)).toEqual(
          came === "moved" ? ["undecided"] : ["undecided", "undecided"],
        );
      },
    ),
  );
});

test("what works is not accused, whatever else was seen", () => {
  fc.assert(
    fc.property(anyEvidence, (told) => {
      for (const finding of findingsOf(told)) {
        if (finding.cause !== "out-silent" && finding.cause !== "in-silent") continue;
        const moved = told.attempts.filter(({ outcome, purpose }) => outcome === "moved" && purpose === "turn");
        const isAccused = moved.some(
          ({ mode, family, tls }) =>
            finding.modes.includes(mode) &&
            finding.families.length === 1 &&
            finding.families.includes(family) &&
            finding.tls.length === 1 &&
            finding.tls.includes(tls !== "off"),
        );
        expect(isAccused).toBe(false);
      }
    }),
  );
});
