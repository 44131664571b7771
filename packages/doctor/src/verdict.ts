import { isPassive, modeCommands } from "@twinport/protocol";
import type { DataMode, ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, Evidence, Family, TlsUse } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import { isBulkShut } from "./findings/door.ts";
import { isMeant, sceneOf } from "./findings/scene.ts";

/** What is to be used, and why the rest is not: what the last sentence of an examination says. */
export interface Verdict {
  readonly mode: DataMode | null;
  /** The first command that moves data, in the order in which clients try them. */
  readonly command: ModeCommand | null;
  /** The address family that it takes, where it does not work in every one that was tried. */
  readonly over: Family | undefined;
  /** Data moves with the login that the URL asks for. */
  readonly works: boolean;
  readonly login: TlsUse;
  /** The modes that do not work, each with what is in its way, as far as that was found. */
  readonly shut: readonly { readonly mode: DataMode; readonly finding: Finding | undefined }[];
  /** The time was over before any mode had come to an end. */
  readonly isUntried: boolean;
  /** What keeps everything behind it from being tried. */
  readonly before: Finding | undefined;
  /** It works, though with another use of TLS than the URL asks for. */
  readonly otherwise: { readonly login: TlsUse; readonly mode: DataMode } | undefined;
}

/** What follows for the one who wants to move files. */
export function verdictOf(evidence: Evidence, findings: readonly Finding[]): Verdict {
  const scene = sceneOf(evidence);
  const moving = scene.tried.filter((one) => isPassing(one) && !isBulkShut(evidence, one));
  const asked = moving.filter(({ tls }) => tls === scene.login);
  const command = firstOf(asked);
  const families = command === null ? [] : familiesOf({ controls: [], attempts: asked.filter(isLike(command)) });
  const ended = scene.tried.filter(({ outcome }) => outcome !== "stopped");
  const wasTried = ended.some(({ tls }) => tls === scene.login);
  const before = wasTried ? undefined : findings.find((finding) => isInTheWay(finding, scene.login));
  const other = moving.find(({ tls }) => tls !== scene.login);
  const otherCommand = other && firstOf(moving.filter(({ tls }) => tls === other.tls));
  return {
    mode: command === null ? null : modeOf(command),
    command,
    over: families.length < familiesOf(evidence).length ? families[0] : undefined,
    works: command !== null,
    login: scene.login,
    shut: (["passive", "active"] as const).flatMap((mode) => {
      const which = { passive: mode === "passive", secured: scene.login !== "off" };
      const isKnown = ended.some((one) => isMeant(one, which));
      if (!isKnown || asked.some((one) => isMeant(one, which))) return [];
      return [{ mode, finding: inTheWay(findings, mode, scene.login, families[0]) }];
    }),
    isUntried: evidence.isCut === true && !wasTried && before === undefined,
    before,
    otherwise: command === null && other && otherCommand ? { login: other.tls, mode: modeOf(otherCommand) } : undefined,
  };
}

const modeOf = (command: ModeCommand): DataMode => (isPassive(command) ? "passive" : "active");

/** Data has moved; or could have: the data connection stood, and the server says no to what was asked for (RFC 959: 550). */
function isPassing({ outcome, connected, lastReply }: AttemptEvidence): boolean {
  return outcome === "moved" || (outcome === "refused" && connected && lastReply?.code === 550);
}

function firstOf(moving: readonly AttemptEvidence[]): ModeCommand | null {
  return modeCommands.find((command) => moving.some(({ mode }) => mode === command)) ?? null;
}

const isLike =
  (command: ModeCommand) =>
  ({ mode }: AttemptEvidence): boolean =>
    modeOf(mode) === modeOf(command);

function familiesOf({ controls, attempts }: Pick<Evidence, "controls" | "attempts">): Family[] {
  return ([4, 6] as const).filter((one) => [...controls, ...attempts].some(({ family }) => family === one));
}

function isInTheWay({ blocks, tls }: Finding, login: TlsUse): boolean {
  return blocks && (tls.length === 0 || tls.includes(login !== "off"));
}

/** What is in the way of a mode; rather what is so in the family that is used anyway. */
function inTheWay(
  findings: readonly Finding[],
  mode: DataMode,
  login: TlsUse,
  family: Family | undefined,
): Finding | undefined {
  const all = findings.filter(
    (finding) => isInTheWay(finding, login) && finding.modes.some((command) => modeOf(command) === mode),
  );
  return all.find(({ families }) => family !== undefined && families.includes(family)) ?? all[0];
}
