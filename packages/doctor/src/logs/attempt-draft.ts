import { isPassive, parseExtendedPassive, parseExtendedPort, parseHostPort } from "@twinport/protocol";
import type { AttemptOutcome, HostPort, ModeCommand } from "@twinport/protocol";
import type { SaidReply } from "../evidence.ts";
import type { LogEnd } from "./log-step.ts";

/** A mode that is being tried: what the log has told of it so far. */
export interface AttemptDraft {
  readonly mode: ModeCommand;
  readonly asks: string;
  readonly began: number | undefined;
  answers: string;
  told: { address?: string; port: number } | undefined;
  dialed: LogEnd | undefined;
  dialedAt: number | undefined;
  client: LogEnd;
  server: LogEnd;
  command: string | undefined;
  /** Something else was asked before the transfer: whoever does that is not waiting for his own dial. */
  wentOn: boolean;
  isConnected: boolean;
  bytes: number | undefined;
  tls: string | undefined;
  modeReply: SaidReply | undefined;
  lastReply: SaidReply | undefined;
}

/** A draft for the command of a mode; undefined for any other one. */
export function draftOf(line: string, at: number | undefined): AttemptDraft | undefined {
  const [word = "", argument = ""] = line.split(/\s+(.*)/s);
  const mode = word.toLowerCase();
  if (!isMode(mode) || argument.toUpperCase() === "ALL") return undefined;
  const told = isPassive(mode) ? undefined : placeOf(mode, argument);
  return {
    ...{ mode, asks: line, began: at, answers: "", told, dialed: undefined, dialedAt: undefined },
    client: told ? { port: told.port } : {},
    server: {},
    ...{ command: undefined, wentOn: false, isConnected: false, bytes: undefined, tls: undefined },
    ...{ modeReply: undefined, lastReply: undefined },
  };
}

function isMode(word: string): word is ModeCommand {
  return word === "epsv" || word === "pasv" || word === "eprt" || word === "port";
}

function placeOf(mode: ModeCommand, argument: string): { address?: string; port: number } | undefined {
  const where = mode === "port" ? parseHostPort(argument) : whereOf(argument);
  return where && { address: where.address.text, port: where.port };
}

function whereOf(argument: string): HostPort | undefined {
  const parsed = parseExtendedPort(argument);
  return parsed.kind === "where" ? parsed.where : undefined;
}

/** Takes the answer to the command of the mode; gives what that ends it with, if it does. */
export function answer(draft: AttemptDraft, code: number, text: string): AttemptOutcome | undefined {
  draft.modeReply = { code, text };
  draft.answers = `${code} ${text}`.trimEnd();
  if (code >= 400) return "command-refused";
  if (!isPassive(draft.mode)) return undefined;
  const where = parseHostPort(/\d+(?:,\d+){5}/.exec(text)?.[0] ?? "");
  const port = draft.mode === "epsv" ? parseExtendedPassive(text) : where?.port;
  // A log may tell the code of a reply only.
  if (port === undefined) return text === "" ? undefined : "reply-not-usable";
  draft.told = { ...(where && draft.mode === "pasv" && { address: where.address.text }), port };
  draft.server = { ...draft.server, port };
  return undefined;
}

/** What the last reply to a transfer makes of its mode. */
export function outcomeOf(code: number): AttemptOutcome {
  if (code < 400) return "moved";
  if (code === 425) return "server-cannot-connect";
  if (code === 426) return "data-broken";
  // TLS is asked for on the data connection, and is not there, or not as the server wants it.
  return code === 522 || code === 534 ? "tls-failed" : "refused";
}
