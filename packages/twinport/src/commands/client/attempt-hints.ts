import type { Attempt } from "@twinport/client";
import type { AttemptFailure, AttemptOutcome } from "@twinport/protocol";
import type { ClientMessages } from "../../messages/client-en.ts";

type Hint = Exclude<keyof ClientMessages["hints"], "wantsTls" | "nothingTried">;

const passiveHints: Partial<Record<AttemptFailure, Hint>> = {
  "dial-silent": "passiveDropped",
  "dial-unreachable": "passiveDropped",
  "dial-refused": "passiveRejected",
  "data-broken": "passiveBroken",
  "no-bytes": "passiveBroken",
  "control-silent": "passiveBroken",
  "command-refused": "passiveRefused",
};

const activeHints: Partial<Record<AttemptFailure, Hint>> = {
  "nobody-came": "activeDropped",
  "server-cannot-connect": "activeDropped",
  "control-silent": "activeDropped",
  "data-broken": "activeDropped",
  "no-bytes": "activeDropped",
  "command-refused": "activeRefused",
  "cannot-listen": "activeNoPort",
};

/** How telling a failure is: what was seen of a connection says more than a command that was refused. */
const tellingFirst: readonly Hint[] = [
  ...(["passiveDropped", "passiveRejected", "passiveBroken", "passiveRefused"] as const),
  ...(["activeDropped", "activeNoPort", "activeRefused"] as const),
];

/** What the attempts mean, and which side has to change something: one hint for each mode that was tried. */
export function hintsOf(attempts: readonly Attempt[], isProtected: boolean): Hint[] {
  const failed = (isOf: (mode: string) => boolean, hints: Partial<Record<AttemptOutcome, Hint>>): Hint[] => {
    const found = attempts.flatMap(({ mode, outcome }) => {
      const hint = isOf(mode) ? hints[outcome] : undefined;
      return hint ? [hint] : [];
    });
    return tellingFirst.filter((hint) => found.includes(hint)).slice(0, 1);
  };
  const isPassive = (mode: string): boolean => mode === "epsv" || mode === "pasv";
  const isActive = (mode: string): boolean => !isPassive(mode);
  const passive = failed(isPassive, passiveHints);
  const active = failed(isActive, activeHints);
  const wasTried = (isOf: (mode: string) => boolean): boolean => attempts.some(({ mode }) => isOf(mode));
  return [
    ...passive,
    ...active,
    ...(isProtected && active[0] === "activeDropped" ? (["tls"] as const) : []),
    ...(wasTried(isPassive) && !wasTried(isActive) ? (["onlyPassive"] as const) : []),
    ...(wasTried(isActive) && !wasTried(isPassive) ? (["onlyActive"] as const) : []),
  ];
}
