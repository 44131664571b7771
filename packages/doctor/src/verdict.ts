import { isPassive } from "@twinport/protocol";
import type { DataMode, ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, Evidence, TlsUse } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import { isBulkShut } from "./findings/door.ts";
import { isMeant, sceneOf } from "./findings/scene.ts";

/** What is to be used, and why the rest is not: what the last sentence of an examination says. */
export interface Verdict {
  readonly mode: DataMode | null;
  /** The first command that moves data, in the order in which clients try them. */
  readonly command: ModeCommand | null;
  /** Data moves with the login that the URL asks for. */
  readonly works: boolean;
  readonly login: TlsUse;
  /** The modes that do not work, each with what is in its way, as far as that was found. */
  readonly shut: readonly { readonly mode: DataMode; readonly finding: Finding | undefined }[];
  /** What keeps everything behind it from being tried. */
  readonly before: Finding | undefined;
  /** It works, though with another use of TLS than the URL asks for. */
  readonly otherwise: { readonly login: TlsUse; readonly mode: DataMode } | undefined;
}

/** EPSV tells no address that could be wrong, and boxes mend PORT only: as clients choose. */
const order: readonly ModeCommand[] = ["epsv", "pasv", "port", "eprt"];

/** What follows for the one who wants to move files. */
export function verdictOf(evidence: Evidence, findings: readonly Finding[]): Verdict {
  const scene = sceneOf(evidence);
  const moving = scene.tried.filter((one) => one.outcome === "moved" && !isBulkShut(evidence, one));
  const asked = moving.filter(({ tls }) => tls === scene.login);
  const command = firstOf(asked);
  const other = moving.find(({ tls }) => tls !== scene.login);
  const otherCommand = other && firstOf(moving.filter(({ tls }) => tls === other.tls));
  return {
    mode: command === null ? null : modeOf(command),
    command,
    works: command !== null,
    login: scene.login,
    shut: (["passive", "active"] as const).flatMap((mode) => {
      const which = { passive: mode === "passive", secured: scene.login !== "off" };
      const wasTried = scene.tried.some((one) => isMeant(one, which));
      if (!wasTried || asked.some((one) => isMeant(one, which))) return [];
      return [{ mode, finding: findings.find((finding) => isInTheWay(finding, mode, scene.login)) }];
    }),
    before: command === null && scene.tried.length === 0 ? findings.find(({ blocks }) => blocks) : undefined,
    otherwise: command === null && other && otherCommand ? { login: other.tls, mode: modeOf(otherCommand) } : undefined,
  };
}

const modeOf = (command: ModeCommand): DataMode => (isPassive(command) ? "passive" : "active");

function firstOf(moving: readonly AttemptEvidence[]): ModeCommand | null {
  return order.find((command) => moving.some(({ mode }) => mode === command)) ?? null;
}

function isInTheWay({ blocks, modes, tls }: Finding, mode: DataMode, login: TlsUse): boolean {
  const isOfLogin = tls.length === 0 || tls.includes(login !== "off");
  return blocks && isOfLogin && modes.some((command) => modeOf(command) === mode);
}
