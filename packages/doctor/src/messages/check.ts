import { formatEndpoint, visible } from "@twinport/protocol";
import { checkEn } from "./check-en.ts";
import { checkZhCn } from "./check-zh-cn.ts";
import type { Ports } from "../flows.ts";
import type { FlowCheck, MissingForward, OpenPorts, RulesCheck } from "../firewall/check/check.ts";
import type { Language } from "../language.ts";
import type { CheckMessages } from "./check-en.ts";

const catalogues: Readonly<Record<Language, CheckMessages>> = { en: checkEn, "zh-CN": checkZhCn };

/** What a check of a host's rules has found, one line each: what is missing first. */
export function sayRulesCheck(check: RulesCheck, language: Language): string[] {
  const messages = catalogues[language];
  const { missing, forwards, unmasqueraded, unsure, isOpen, open, hasHelper } = check;
  const found = [
    ...missing.map((one) => sayFlow(one, messages)),
    ...forwards.map((one) => sayForward(one, messages)),
    ...unmasqueraded.map((family) => messages.unmasqueraded(family)),
    ...unsure.map((one) => sayFlow(one, messages)),
    ...isOpen.map((family) => messages.isOpen(family)),
    ...open.map((one) => sayOpen(one, messages)),
  ];
  return [...(found.length === 0 ? [messages.exact] : found), ...(hasHelper ? [messages.helper] : [])].map(visible);
}

function sayFlow({ flow, family, peer, ports, answer }: FlowCheck, messages: CheckMessages): string {
  const kind = answer.verdict === "passes" ? "unsure" : answer.verdict;
  const from = peer === undefined ? "" : ` ${messages.from(peer)}`;
  const by = answer.by ? messages.decider(answer.by) : "?";
  return messages[kind](messages.flow(flow) + from, messages.ports({ ports: sayPorts(ports), family }), by);
}

function sayForward({ flow, family, ports, goesTo }: MissingForward, messages: CheckMessages): string {
  const where =
    goesTo && (goesTo.address === undefined ? String(goesTo.port) : formatEndpoint(goesTo.address, goesTo.port));
  const to = flow.from === "client" ? "server" : "client";
  return messages.forward(to, messages.ports({ ports: sayPorts(ports), family }), where);
}

function sayOpen({ family, ports, peer, fromPort, isSure, isTooWide, by }: OpenPorts, messages: CheckMessages): string {
  const sender = peer === undefined ? "" : ` ${messages.from(peer)}`;
  const where = messages.ports({ ports: sayPorts(ports), family }) + sender;
  const who = by && messages.decider(by);
  if (fromPort !== undefined) return messages.openFrom(where, fromPort, who);
  if (isTooWide && isSure) return messages.tooWide(where, who);
  return isSure ? messages.open(where, who) : messages.perhapsOpen(where, who);
}

function sayPorts({ from, to }: Ports): string {
  return from === to ? String(from) : `${from}-${to}`;
}
