import { visible } from "@twinport/protocol";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { FirewallNote, FirewallPlan } from "./firewall-plan.ts";

/** How rules are written. */
export interface DialectOptions {
  readonly words: FirewallWords;
  /** The lines to add to rules that are there; else rules that are complete: all else is shut. */
  readonly rulesOnly: boolean;
}

/** Writes a plan in one dialect. */
export type Dialect = (plan: FirewallPlan, options: DialectOptions) => string;

/** The lines at the top: what it is, what it does, and what is to be known. */
export function heading(
  { role, modes, notes }: FirewallPlan,
  { words }: DialectOptions,
  more: readonly string[],
): string[] {
  return [
    `Twinport. ${words.title(role, modes)}`,
    ...more,
    ...notes.map((note) => noteText(note, words)),
    words.untouched,
  ];
}

export function noteText({ code, facts }: FirewallNote, words: FirewallWords): string {
  return words.notes[code](facts);
}

/** Lines of comment: nothing that was given ends one of them. */
export const comments = (lines: readonly string[]): string[] => lines.map((line) => `# ${visible(line)}`);

/** For notes that hold in some dialects only: a server in a cloud has another address outside. */
export function outerAddressLines({ role, deployment: { passive } }: FirewallPlan, words: FirewallWords): string[] {
  return role === "server" && passive && passive.advertised.length === 0 ? [words.notes["tell-outer-address"]()] : [];
}

export const asText = (lines: readonly string[]): string => `${lines.join("\n")}\n`;
