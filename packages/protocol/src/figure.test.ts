import { describe, expect, test } from "vitest";
import { FigureTracker } from "./figure.ts";
import type { AttemptFailure } from "./mode/choose-mode.ts";
import type { Figure } from "./figure.ts";
import type { TraceStepFacts } from "./trace.ts";

const client = (port: number) => ({ address: "198.51.100.9", port });
const server = (port: number) => ({ address: "192.0.2.7", port });

const connected: TraceStepFacts = { kind: "control-connected", local: server(21), peer: client(40_000) };
const said = (line: string): TraceStepFacts => ({ kind: "command-received", line });
const answered = (code: number, text: string): TraceStepFacts => ({
  kind: "reply-sent",
  code,
  line: `${code} ${text}`,
});
const offered: TraceStepFacts = {
  kind: "data-offered",
  bound: server(50_012),
  advertised: server(50_012),
  because: [],
};
const told: TraceStepFacts = { kind: "data-told", asked: client(40_001), dialed: client(40_001), because: [] };
const ends = { local: server(50_012), peer: client(40_002) };
const closed: TraceStepFacts = { kind: "data-closed", bytes: 5, outcome: "complete", code: "done", ...ends };

const passive = [connected, said("EPSV"), offered, answered(229, "(|||50012|)")];
const passiveData: TraceStepFacts = {
  kind: "data-connected",
  mode: "passive",
  local: server(50_012),
  peer: client(40_002),
};
const active = [connected, said("PORT 198,51,100,9,156,65"), told, answered(200, "ok")];
const dialing: TraceStepFacts = { kind: "data-dialing", local: server(20), dialed: client(40_001), because: [] };
const activeData: TraceStepFacts = { kind: "data-connected", mode: "active", local: server(20), peer: client(40_001) };

function figures(steps: readonly TraceStepFacts[], role: "client" | "server" = "server"): Figure[] {
  const tracker = new FigureTracker(role);
  return steps.flatMap((step, at) => tracker.take({ ...step, at, session: "s1" }) ?? []);
}

test("the figure of a secured data connection names the version of TLS", () => {
  const secured: TraceStepFacts = { kind: "data-secured", protocol: "TLSv1.3", isResumed: true, ...ends };
  const steps = [...passive, said("RETR a"), answered(150, "here"), passiveData, secured, closed];
  expect(figures(steps)).toMatchObject([{ mode: "passive", command: "RETR a", tls: "TLSv1.3", outcome: "complete" }]);
});

test("a passive transfer: the client connects to the port that the server offered", () => {
  expect(
    figures([...passive, said("RETR a"), passiveData, answered(150, "here"), closed, answered(226, "done")]),
  ).toEqual([
    {
      session: "s1",
      mode: "passive",
      clientAddress: "198.51.100.9",
      serverAddress: "192.0.2.7",
      command: "RETR a",
      steps: [
        { number: 1, from: "client", clientPort: 40_000, serverPort: 21, what: "asks", line: "EPSV" },
        { number: 2, from: "server", clientPort: 40_000, serverPort: 21, what: "answers", line: "229 (|||50012|)" },
        { number: 3, from: "client", clientPort: 40_002, serverPort: 50_012, what: "connects" },
        { number: 4, from: "server", clientPort: 40_002, serverPort: 50_012, what: "acknowledges" },
      ],
      brokenAt: undefined,
      bytes: 5,
      outcome: "complete",
      code: "done",
    },
  ]);
});

test("an active transfer: the server connects to the port that the client told", () => {
  const [figure, ...more] = figures([...active, said("STOR a"), answered(150, "go"), dialing, activeData, closed]);
  expect(more).toEqual([]);
  expect(figure).toMatchObject({ mode: "active", command: "STOR a", brokenAt: undefined });
  expect(figure?.steps[2]).toEqual({ number: 3, from: "server", clientPort: 40_001, serverPort: 20, what: "connects" });
  expect(figure?.steps[3]).toEqual({
    number: 4,
    from: "client",
    clientPort: 40_001,
    serverPort: 20,
    what: "acknowledges",
  });
});

test.each<[string, TraceStepFacts[], string, number | undefined]>([
  [
    "a dial that failed",
    [...active, said("LIST"), dialing, { kind: "data-dial-failed", dialed: client(40_001), code: "refused" }],
    "refused",
    20,
  ],
  [
    "a dial from any port that failed",
    [
      ...active,
      said("LIST"),
      { kind: "data-dialing", local: server(0), dialed: client(40_001), because: [] },
      { kind: "data-dial-failed", dialed: client(40_001), code: "refused" },
    ],
    "refused",
    undefined,
  ],
  [
    "an offer that nobody took",
    [...passive, said("LIST"), { kind: "data-offer-expired", bound: server(50_012) }],
    "offer-expired",
    50_012,
  ],
])("%s breaks at the third step", (_name, steps, code, serverPort) => {
  const [figure] = figures(steps);
  expect(figure).toMatchObject({ outcome: "never-connected", brokenAt: 3, bytes: 0, code, command: "LIST" });
  expect(figure?.steps[2].serverPort).toBe(serverPort);
});

test("an aborted transfer did connect", () => {
  const aborted: TraceStepFacts = { kind: "data-closed", bytes: 3, outcome: "aborted", code: "aborted", ...ends };
  expect(figures([...passive, said("RETR a"), passiveData, aborted])).toMatchObject([
    { outcome: "aborted", brokenAt: undefined, bytes: 3, code: "aborted" },
  ]);
});

test("the command is the one that moved data, not one said before or meanwhile", () => {
  const steps = [said("TYPE I"), answered(200, "ok"), said("RETR a"), passiveData, said("NOOP"), said("ABOR"), closed];
  expect(figures([...passive, ...steps])).toMatchObject([{ command: "RETR a" }]);
});

test("an offer that was taken back by the next one leaves no figure", () => {
  const second: TraceStepFacts = {
    kind: "data-offered",
    bound: server(50_013),
    advertised: server(50_013),
    because: [],
  };
  const data: TraceStepFacts = { ...passiveData, local: server(50_013) };
  const got = figures([...passive, said("PASV"), second, answered(227, "(…)"), said("LIST"), data, closed]);
  expect(got).toHaveLength(1);
  expect(got[0]?.steps[0].line).toBe("PASV");
  expect(got[0]?.steps[2].serverPort).toBe(50_013);
});

test("each transfer has its own figure", () => {
  const once = [said("RETR a"), passiveData, closed];
  expect(figures([...passive, ...once, ...passive.slice(1), ...once])).toHaveLength(2);
});

test("data steps of a conversation whose beginning was not seen are no figure", () => {
  expect(figures([...passive.slice(1), passiveData, closed])).toEqual([]);
  expect(figures([connected, closed])).toEqual([]);
});

describe("the client's own trace", () => {
  const here: TraceStepFacts = { kind: "control-connected", local: client(40_000), peer: server(21) };
  const sent = (line: string): TraceStepFacts => ({ kind: "command-sent", line });
  const heard = (code: number, line: string): TraceStepFacts => ({ kind: "reply-received", code, line });
  const dials: TraceStepFacts = {
    kind: "data-dialing",
    local: client(40_001),
    dialed: server(50_012),
    because: ["port-only"],
  };
  const ours = { local: client(40_001), peer: server(50_012) };
  const stands: TraceStepFacts = { kind: "data-connected", mode: "passive", ...ours };
  const moved: TraceStepFacts = { kind: "data-last-byte", direction: "receive", bytes: 5, ...ours };
  const ended = (outcome: "moved" | AttemptFailure): TraceStepFacts => ({
    kind: "attempt-ended",
    mode: "epsv",
    outcome,
    seconds: 0.1,
  });
  const epsv = [here, sent("EPSV"), heard(229, "Entering (|||50012|)"), dials];
  const retr = [sent("RETR a"), heard(150, "here")];
  const theirs = { local: client(40_001), peer: server(20) };
  const opens: TraceStepFacts = {
    kind: "data-offered",
    bound: client(40_001),
    advertised: client(40_001),
    because: [],
  };
  const port = [here, sent("TYPE I"), heard(200, "ok"), opens, sent("PORT 198,51,100,9,156,65"), heard(200, "PORT ok")];

  test("in passive mode, it is the figure that the server's trace gives", () => {
    const got = figures([...epsv, stands, ...retr, moved, heard(226, "done"), ended("moved")], "client");
    const same = [
      ...[connected, said("EPSV"), offered, answered(229, "Entering (|||50012|)"), said("RETR a")],
      ...[{ ...passiveData, peer: client(40_001) }, closed],
    ];
    expect(got).toEqual(figures(same));
  });

  test("in active mode, the port is opened before it is told", () => {
    const came: TraceStepFacts = { kind: "data-connected", mode: "active", ...theirs };
    const [figure, ...more] = figures(
      [...port, sent("STOR a"), heard(150, "go"), came, { ...moved, ...theirs }, heard(226, "done"), ended("moved")],
      "client",
    );
    expect(more).toEqual([]);
    expect(figure).toMatchObject({
      mode: "active",
      command: "STOR a",
      bytes: 5,
      outcome: "complete",
      steps: [
        { line: "PORT 198,51,100,9,156,65", from: "client", clientPort: 40_000, serverPort: 21 },
        { line: "200 PORT ok", from: "server" },
        { from: "server", clientPort: 40_001, serverPort: 20, what: "connects" },
        { from: "client", clientPort: 40_001, serverPort: 20 },
      ],
    });
  });

  test.each<[string, TraceStepFacts[], Partial<Figure>]>([
    [
      "a dial that failed",
      [...epsv, { kind: "data-dial-failed", dialed: server(50_012), code: "dial-silent" }, ended("dial-silent")],
      { outcome: "never-connected", brokenAt: 3, code: "dial-silent" },
    ],
    [
      "a server that did not come",
      [...port, sent("LIST"), heard(425, "cannot"), ended("server-cannot-connect")],
      { outcome: "never-connected", brokenAt: 3, code: "server-cannot-connect", command: "LIST" },
    ],
    [
      "a connection that broke",
      [...epsv, stands, ...retr, ended("data-broken")],
      { outcome: "aborted", brokenAt: undefined, code: "data-broken" },
    ],
    [
      "a file that is not there",
      [...epsv, stands, sent("RETR b"), heard(550, "no"), ended("moved")],
      { outcome: "aborted", code: "550", command: "RETR b" },
    ],
  ])("%s is drawn once, as what it was", (_name, steps, expected) => {
    const got = figures(steps, "client");
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject(expected);
  });

  test("a command that was refused is no figure, and the next attempt has its own", () => {
    const refusedFirst = [here, sent("EPSV"), heard(500, "what?"), ended("command-refused")];
    const active = [opens, sent("EPRT |1|198.51.100.9|40001|"), heard(500, "what?"), ended("command-refused")];
    const second = [sent("PASV"), heard(227, "(192,0,2,7,195,92)"), dials, stands, ...retr, moved, ended("moved")];
    const got = figures([...refusedFirst, ...active, ...second], "client");
    expect(got).toHaveLength(1);
    expect(got[0]?.steps[0].line).toBe("PASV");
  });
});
