import { pictureOfFigure, sayFinding } from "@twinport/doctor";
import { FigureTracker, isPassive } from "@twinport/protocol";
import type { Diagnosis, Picture } from "@twinport/doctor";
import type { DataMode, Figure } from "@twinport/protocol";
import type { CommandSetting } from "../command-setting.ts";

type Attempt = Diagnosis["evidence"]["attempts"][number];
type Setting = Pick<CommandSetting, "messages" | "language">;

const modes: readonly DataMode[] = ["passive", "active"];

/** Each mode as it was seen, with its real ports: a transfer that came through, else one that did not. */
export function picturesOf({ evidence, findings, verdict }: Diagnosis, setting: Setting): Picture[] {
  const figures = figuresOf(evidence.trace);
  return modes.flatMap((mode) => {
    const mine = figures.filter((figure) => figure.mode === mode);
    const isShut = verdict.shut.some((one) => one.mode === mode);
    const failed = evidence.attempts.find((one) => isOf(mode, one.mode) && one.outcome !== "moved");
    const meant = isShut
      ? failed && mine.findLast((one) => isAt(failed, one))
      : mine.find(({ outcome, bytes }) => outcome === "complete" && bytes > 0);
    const figure = meant ?? mine[0];
    const attempt = evidence.attempts.find((one) => isOf(mode, one.mode) && one.outcome === "command-refused");
    const picture = figure ? pictureOfFigure(figure, setting.language) : attempt && pictureOfRefusal(attempt, setting);
    if (!picture) return [];
    const family = (figure?.clientAddress ?? attempt?.control.local.address ?? "").includes(":") ? 6 : 4;
    const blocking = findings.filter(
      ({ blocks, modes: of, families }) => blocks && families.includes(family) && of.some((one) => isOf(mode, one)),
    );
    const isComplete = figure?.outcome === "complete";
    const notes = isComplete ? [] : blocking.map((one) => sayFinding(one, setting.language).what);
    const server = evidence.proxy ? setting.messages.doctor.byProxy(picture.server, evidence.proxy) : picture.server;
    return [{ ...picture, server, notes }];
  });
}

function isOf(mode: DataMode, command: Attempt["mode"]): boolean {
  return isPassive(command) === (mode === "passive");
}

/** Whether a figure is that of an attempt: by the port of the data connection. */
function isAt({ mode, control, told, dialed }: Attempt, { steps, outcome }: Figure): boolean {
  const [asks, , opens] = steps;
  const isSame = isPassive(mode) ? opens?.serverPort === dialed?.port : opens?.clientPort === told?.port;
  return outcome !== "complete" && isSame && asks?.clientPort === control.local.port;
}

/** A mode that has ended with its second step: the server says no. */
function pictureOfRefusal({ mode, control, told, modeReply }: Attempt, { messages, language }: Setting): Picture {
  const { figure: words } = messages.client;
  const say = messages.doctor;
  const side = isPassive(mode) ? "passive" : "active";
  const ends = { clientPort: String(control.local.port), serverPort: String(control.peer.port) };
  const data = { clientPort: isPassive(mode) ? "?" : String(told?.port ?? "?"), serverPort: "?" };
  const [opens, answers] = isPassive(mode) ? (["client", "server"] as const) : (["server", "client"] as const);
  return {
    ...{ mode: side, language, boxes: [], notes: [] },
    title: `${words[side]} · ${say.refused(mode.toUpperCase())}`,
    client: `${words.client} ${control.local.address}`,
    server: `${words.server} ${control.peer.address}`,
    steps: [
      { number: 1, from: "client", ...ends, label: mode.toUpperCase(), state: "open" },
      { number: 2, from: "server", ...ends, label: `${modeReply?.code ?? ""} ${modeReply?.text ?? ""}`, state: "open" },
      { number: 3, from: opens, ...data, label: words.neverConnected, state: "not-reached" },
      { number: 4, from: answers, ...data, label: words.data, state: "not-reached" },
    ],
  };
}

function figuresOf(trace: Diagnosis["evidence"]["trace"]): Figure[] {
  const trackers = new Map<string, FigureTracker>();
  return trace.flatMap((step) => {
    if (!("session" in step)) return [];
    let tracker = trackers.get(step.session);
    if (!tracker || step.kind === "control-connected") {
      trackers.set(step.session, (tracker = new FigureTracker("client")));
    }
    return tracker.take(step) ?? [];
  });
}
