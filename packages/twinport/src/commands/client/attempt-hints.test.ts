import { expect, test } from "vitest";
import { hintsOf } from "./attempt-hints.ts";
import type { Attempt } from "@twinport/client";

const failed = (mode: Attempt["mode"], outcome: Attempt["outcome"]): Attempt => ({
  ...{ mode, outcome },
  ...{ because: [], seconds: 1, facts: {} },
});

test.each<[string, Attempt[], string[]]>([
  [
    "both sides shut",
    [failed("epsv", "dial-silent"), failed("pasv", "dial-silent"), failed("port", "nobody-came")],
    ["passiveDropped", "activeDropped"],
  ],
  [
    "what was seen of a connection says more than a refused command",
    [failed("epsv", "command-refused"), failed("pasv", "dial-refused"), failed("port", "command-refused")],
    ["passiveRejected", "activeRefused"],
  ],
  ["only one mode was asked for", [failed("epsv", "dial-silent")], ["passiveDropped", "onlyPassive"]],
  ["only the other", [failed("port", "server-cannot-connect")], ["activeDropped", "onlyActive"]],
  ["nothing was tried", [], []],
])("%s", (_name, attempts, expected) => expect(hintsOf(attempts, false)).toEqual(expected));

test("with TLS it is said why no box on the way can help", () => {
  const attempts = [failed("epsv", "dial-silent"), failed("port", "nobody-came")];
  expect(hintsOf(attempts, true)).toEqual(["passiveDropped", "activeDropped", "tls"]);
});
