import { expect, test } from "vitest";
import {
  all,
  answers,
  comes,
  control,
  evidence,
  found,
  nobody,
  reset,
  tried,
} from "../../../../test/testkit/told-evidence.ts";
import type { Evidence } from "../evidence.ts";

const outSilent = "out-silent undecided 50001 blocks";
const far = (connectMs: number, answerMs: number): Partial<Evidence> => ({
  controls: [control("public", "off", "ready", { connectMs })],
  trace: answers(answerMs),
});

test.each<[string, Evidence, string[]]>([
  [
    "a server of ours is dialled while it dials: both let out, and neither in",
    evidence([
      tried("public", "epsv off dial-silent 50001", {
        seen: { punch: { direction: "out", solo: "silent", together: "connected" } },
      }),
      ...all("public", "pasv off dial-silent 50002", ...nobody),
    ]),
    ["out-silent server 50001 blocks", "in-silent client 40001 blocks"],
  ],
  [
    "it is dialled while it dials, and active mode works: that tells nothing",
    evidence([
      tried("public", "epsv off dial-silent 50001", {
        seen: { punch: { direction: "out", solo: "silent", together: "connected" } },
      }),
      ...all("public", ...comes),
    ]),
    [outSilent],
  ],
  [
    "our SYN stands half-open at the server: its answer is lost, at either end",
    evidence([
      tried("public", "epsv off dial-silent 50001", { seen: { arrival: "half-open" } }),
      ...all("public", ...comes),
    ]),
    [outSilent],
  ],
  [
    "a box near us refuses sooner than the server could answer",
    evidence(all("public", ...reset, ...comes), far(121, 130)),
    ["out-refused client 50001 blocks"],
  ],
  [
    "the refusal takes as long as an answer",
    evidence(
      [tried("public", "epsv off dial-refused 50001", { dialMs: 121 }), ...all("public", ...comes)],
      far(120, 130),
    ),
    ["out-refused undecided 50001 blocks"],
  ],
  [
    "one refusal comes early and another one does not",
    evidence(
      [tried("public", "epsv off dial-refused 50001", { dialMs: 121 }), ...all("public", reset[1], ...comes)],
      far(120, 130),
    ),
    ["out-refused undecided 50001 blocks"],
  ],
  [
    "two refusals come early and others late, on a busy machine",
    evidence(
      [
        tried("public", "epsv off dial-refused 50001", { dialMs: 77 }),
        ...all("public", reset[1], ...comes),
        tried("public", "epsv off dial-refused 50003", { purpose: "further-port" }),
      ],
      far(120, 130),
    ),
    ["out-refused client 50001 blocks"],
  ],
  [
    "the command connection took long since its SYN was lost, and a refusal did not",
    evidence(all("public", ...reset, ...comes), far(1040, 2)),
    ["out-refused undecided 50001 blocks"],
  ],
  [
    "all took long, seen too seldom to be sure",
    evidence(all("public", ...reset, ...comes), { ...far(121, 130), trace: [] }),
    ["out-refused undecided 50001 blocks"],
  ],
])("%s", (_name, told, expected) => {
  expect(found(told)).toEqual(expected);
});
