import { formatHostPort } from "@twinport/protocol";
import { explainMessages } from "../messages/explain.ts";
import { modelOf, usualPorts } from "./model.ts";
import { addressesOf } from "./topology.ts";
import type { Language } from "../language.ts";
import type { BoxWords, ExplainMessages, StepWords } from "../messages/explain-en.ts";
import type { ExplainOptions, Model } from "./model.ts";
import type { Picture, PictureStep } from "./picture.ts";
import type { Step } from "./steps.ts";
import type { Box, Topology } from "./topology.ts";

/** Ports for a client that is to have few of them open. */
const fewClientPorts = "50000-50009";

/** One mode through the boxes of a topology: each step, where it breaks, and what to open. */
export function explainMode(options: ExplainOptions, language: Language): Picture {
  const model = modelOf(options);
  const say = explainMessages[language];
  return {
    mode: model.mode,
    language,
    title: titleOf(model, say),
    client: `${say.figure.client} ${model.client.text}`,
    server: `${say.figure.server} ${model.server.text}`,
    boxes: model.boxes.map(({ id, side, kind }) => ({ id, side, kind, label: say.boxLabel[kind] })),
    steps: model.steps.map((step) => pictured(step, model, say)),
    notes: notesOf(model, say),
  };
}

function titleOf({ mode, topology, steps }: Model, say: ExplainMessages): string {
  const { nat, firewall, tls, helper } = topology;
  const broken = steps.find(({ state }) => state === "blocked");
  const parts = [
    say.title[mode],
    nat !== "none" && say.nat[nat],
    firewall !== "none" && say.firewall[firewall],
    tls && say.tls,
    helper && say.helper,
    broken ? say.breaks(broken.number) : say.passes,
  ];
  return parts.filter((part) => part !== false).join(" · ");
}

function pictured(step: Step, model: Model, say: ExplainMessages): PictureStep {
  const { number, from, state } = step;
  const isControl = number <= 2;
  const { clientPorts, ports } = model;
  return {
    ...{ number, from, state },
    clientPort: String(isControl ? clientPorts.control : clientPorts.data),
    serverPort: isControl ? String(ports.control) : dataPort(model),
    label: labelOf(step, model, say),
    ...(state === "blocked" && model.stoppedAt && { stoppedAt: model.stoppedAt.id }),
    said: saidOf(step, model, say),
  };
}

function dataPort({ serverData }: Model): string {
  return serverData === undefined ? ">1023" : String(serverData);
}

function labelOf({ number }: Step, { mode, told }: Model, say: ExplainMessages): string {
  if (number === 3) return say.figure.connects;
  if (number === 4) return say.figure.data;
  const where = formatHostPort(told.said);
  if (mode === "passive") return number === 1 ? "PASV" : `227 (${where})`;
  if (number === 1) return `PORT ${where}`;
  return told.isUseless ? say.answer.refused : say.answer.ok;
}

function saidOf(step: Step, model: Model, say: ExplainMessages): string {
  if (step.state === "not-reached") return say.notReached;
  const { mode, told, clientPorts, ports } = model;
  const words: StepWords = {
    n: clientPorts.control,
    n1: clientPorts.data,
    control: ports.control,
    data: model.serverData,
    told: formatHostPort(told.said),
    sum: `${told.said.port >> 8} × 256 + ${told.said.port & 0xff}`,
    isRefused: told.isUseless,
  };
  const met = step.crossings.map(({ box, verdict }) => say.crossing[verdict](boxWords(box, step, model)));
  const answers = step.number === 2 && model.boxes.length > 0 ? say.answersPass : "";
  const sentences = [say.steps[mode][step.number - 1]!(words), ...met, answers];
  return sentences.filter((sentence) => sentence !== "").join(say.between);
}

function boxWords(box: Box, { number, from }: Pick<Step, "number" | "from">, model: Model): BoxWords {
  const { own, seen } = addressesOf(model.topology, box.side);
  const target = from === "client" ? "server" : "client";
  const ports = {
    client: String(number <= 2 ? model.clientPorts.control : model.clientPorts.data),
    server: number <= 2 ? String(model.ports.control) : dataPort(model),
  };
  return { box, to: ports[target], inside: own.text, outside: seen.text };
}

function notesOf(model: Model, say: ExplainMessages): string[] {
  const { mode, topology, ports, clientPorts } = model;
  const range = rangeOf(model);
  return [
    ...addressNotes(model, say),
    ...[say.helperUse[model.helper]].filter((note) => note !== undefined),
    otherModeNote(model, say),
    ...openingNotes(model, say),
    ...(topology.firewall === "none" ? [] : [say.assumed(ports.control)]),
    say.stands.client(clientPorts.control, clientPorts.data),
    ...(mode === "passive" && range !== dataPort(model) ? [say.stands.passive(dataPort(model), range)] : []),
  ];
}

function addressNotes(model: Model, say: ExplainMessages): string[] {
  const { mode, told, boxes } = model;
  const teller = mode === "active" ? "client" : "server";
  const nat = boxes.find(({ side, kind }) => side === teller && kind === "nat");
  if (!nat) return [];
  const words = boxWords(nat, { number: 3, from: teller === "client" ? "server" : "client" }, model);
  if (told.isUseless) return [say.toldUseless[mode](words)];
  return told.mendedBy ? [say.mended(words)] : [];
}

function openingNotes(model: Model, say: ExplainMessages): string[] {
  const { mode, topology, ports, toOpen, stoppedAt } = model;
  if (toOpen.length === 0) return [];
  const begin = stoppedAt ? say.toOpen.broken : say.toOpen.helped;
  const isAny = mode === "passive" && ports.passive === "any";
  const few = `${usualPorts.passive.from}-${usualPorts.passive.to}`;
  const range = mode === "active" ? fewClientPorts : isAny ? few : rangeOf(model);
  const peer = addressesOf(topology, "server").seen.text;
  const peerPort = ports.source === "any" ? undefined : ports.source;
  const openings = toOpen.map((box) => {
    const { inside, outside } = boxWords(box, { number: 3, from: mode === "active" ? "server" : "client" }, model);
    return `${begin}${say.between}${say.opening[mode][box.kind]({ range, inside, outside, peer, peerPort })}`;
  });
  const natChangesPort = mode === "active" && peerPort !== undefined && hasServerNat(topology);
  return [
    ...(isAny ? [`${begin}${say.between}${say.limitFirst(few)}`] : []),
    ...openings,
    ...(natChangesPort ? [say.natMayChangePort] : []),
    ...(stoppedAt && !topology.helper ? [orHelper(model, say)] : []),
  ];
}

function hasServerNat({ nat }: Topology): boolean {
  return nat === "server" || nat === "both";
}

function orHelper({ topology, ports, toOpen }: Model, { orHelper: say }: ExplainMessages): string {
  if (topology.tls) return say.tls();
  return ports.control === usualPorts.control ? say.clear(toOpen) : say.otherPort(toOpen);
}

function otherModeNote({ mode, topology, ports }: Model, { otherMode: say }: ExplainMessages): string {
  const other = mode === "active" ? "passive" : "active";
  const { stoppedAt } = modelOf({ mode: other, topology, ports });
  return stoppedAt ? say.breaks[other](stoppedAt) : say.passes[other];
}

function rangeOf({ ports: { passive } }: Model): string {
  if (passive === "any") return "1024-65535";
  return passive.from === passive.to ? String(passive.from) : `${passive.from}-${passive.to}`;
}
