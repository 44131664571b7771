import { explainMessages } from "../messages/explain.ts";
import type { Figure, FigureStep, FigureWords } from "@twinport/protocol";
import type { Language } from "../language.ts";
import type { Picture, PictureStep } from "./picture.ts";

/** A transfer that has been traced, with its real ports. Boxes and notes are the caller's to add. */
export function pictureOfFigure(figure: Figure, language: Language): Picture {
  const words = explainMessages[language].figure;
  const { mode, command, tls, clientAddress, serverAddress } = figure;
  const title = [words[mode], tls, command, outcomeOf(figure, words)].filter((part) => part !== undefined);
  return {
    ...{ mode, language, boxes: [], notes: [] },
    title: title.join(" · "),
    client: `${words.client} ${clientAddress}`,
    server: `${words.server} ${serverAddress}`,
    steps: figure.steps.map((step) => stepOf(step, figure, words)),
  };
}

function stepOf(step: FigureStep, { brokenAt }: Figure, words: FigureWords): PictureStep {
  const { number, from } = step;
  const isBroken = brokenAt === number;
  const isAfter = brokenAt !== undefined && number > brokenAt;
  return {
    ...{ number, from },
    clientPort: portOf(step.clientPort),
    serverPort: portOf(step.serverPort),
    label: isBroken ? words.neverConnected : labelOf(step, words),
    state: isBroken ? "blocked" : isAfter ? "not-reached" : "open",
  };
}

function labelOf({ what, line = "" }: FigureStep, words: FigureWords): string {
  if (what === "connects") return words.connects;
  return what === "acknowledges" ? words.data : line;
}

function outcomeOf({ outcome, bytes, code }: Figure, words: FigureWords): string {
  if (outcome === "complete") return words.complete(bytes);
  return outcome === "aborted" ? words.aborted(bytes, code) : `${words.neverConnected} (${code})`;
}

function portOf(port: number | undefined): string {
  return port === undefined ? "?" : String(port);
}
