import { ClientError, said } from "./errors.ts";
import type { Facts, ModeOrder, Reply } from "@twinport/protocol";
import type { Attempt } from "./errors.ts";
import type { ExchangeOutcome, UnsettledExchange } from "./exchange-outcome.ts";

/** How an attempt is told. */
export function endOf(outcome: ExchangeOutcome): Pick<Attempt, "outcome" | "facts"> {
  if (outcome.kind === "failed") return { outcome: outcome.failure, facts: outcome.facts };
  if (outcome.kind === "refused") return { outcome: "refused", facts: { said: said(outcome.reply) } };
  if (outcome.kind === "stopped") return { outcome: "stopped", facts: { bytes: outcome.moved } };
  if (outcome.kind === "done") return { outcome: "moved", facts: { bytes: outcome.moved } };
  return { outcome: silenceOf(outcome), facts: { cause: outcome.why, bytes: outcome.moved } };
}

/** The last word of the server is missing. */
export function silenceOf({ control }: UnsettledExchange): "control-lost" | "control-silent" {
  return control === "lost" ? "control-lost" : "control-silent";
}

/** One attempt in words, for the error that carries them all. */
function sayAttempt({ mode, outcome, facts, seconds }: Attempt): string {
  const detail = facts["cause"] ?? facts["said"] ?? (facts["port"] === undefined ? "" : `port ${facts["port"]}`);
  return `${mode.toUpperCase()}: ${outcome}${detail === "" ? "" : ` (${detail})`} after ${seconds.toFixed(1)} s`;
}

/** What was tried, and what was not and why, where nothing moves data. */
export function noMode(order: ModeOrder, attempts: readonly Attempt[], reply: Reply | undefined): ClientError {
  const left = order.left
    .filter(
      ({ because }) => because !== "not-asked-for" && (attempts.length === 0 || because !== "family-cannot-say-it"),
    )
    .filter(({ mode }) => !attempts.some((attempt) => attempt.mode === mode))
    .map(({ mode, because }) => `${mode.toUpperCase()} was not tried (${because})`);
  const facts: Facts = { tried: [...attempts.map(sayAttempt), ...left].join("; ") || "nothing could be tried" };
  return new ClientError("no-mode-moves-data", facts, { reply, attempts });
}
