import { visible } from "@twinport/protocol";
import { pageOf } from "../explain/codes.ts";
import type { ModeCommand } from "@twinport/protocol";
import type { Finding } from "../findings.ts";
import type { Language } from "../language.ts";
import type { Verdict } from "../verdict.ts";
import type { FindingView } from "./finding-view.ts";
import { findingsEn } from "./findings-en.ts";
import { findingsZhCn } from "./findings-zh-cn.ts";
import type { FindingsMessages } from "./findings-en.ts";

/** A finding in words. */
export interface SaidFinding {
  /** What it is, and at whose end. */
  readonly what: string;
  readonly fix: string;
  /** The one test that decides at whose end it is, where that is open. */
  readonly decide?: string;
  /** Its page: docs/reference/findings/….md. */
  readonly doc: string;
}

const languages: Readonly<Record<Language, FindingsMessages>> = { en: findingsEn, "zh-CN": findingsZhCn };

/** A finding in the words of a language. */
export function sayFinding(finding: Finding, language: Language): SaidFinding {
  const messages = languages[language];
  const { what, open, decide } = messages.causes[finding.cause];
  const view = viewOf(finding, messages.comma);
  return {
    what: what(view),
    fix: messages.fix(open(view)),
    ...(finding.side === "undecided" && decide && { decide: decide(view) }),
    doc: pageOf(finding.cause, ["cause"], language),
  };
}

/** The one sentence at the end: "Use passive. Active cannot work: …; to have it, open …". */
export function sayVerdict(verdict: Verdict, language: Language): string {
  const { causes, verdict: say, untried, gap, comma } = languages[language];
  const briefly = (finding: Finding): FindingView => ({ ...viewOf(finding, comma), isBrief: true });
  const { mode, over, before, shut, otherwise, isUntried } = verdict;
  const last = otherwise ? [say.otherwise(otherwise.mode, otherwise.login !== "off")] : [];
  if (before) {
    const view = briefly(before);
    const { because, open } = causes[before.cause];
    return [say.before(because(view), open(view)), ...last].join(gap);
  }
  const closed = shut.map((one) => {
    if (!one.finding) return say.shutUnknown(one.mode);
    const { because, open } = causes[one.finding.cause];
    const view = briefly(one.finding);
    return say.shut(one.mode, because(view), open(view));
  });
  const none = isUntried ? untried : say.nothing();
  const first = mode === null ? none : closed.length > 0 ? say.use(mode, over) : say.works(mode, over);
  return [first, ...closed, ...last].join(gap);
}

const passive: readonly ModeCommand[] = ["epsv", "pasv"];

/** Facts that are lists of ports. */
const lists: ReadonlySet<string> = new Set(["ports", "passed", "stopped"]);

function viewOf({ side, port, modes, facts, blocks }: Finding, comma: string): FindingView {
  const fact = (name: string): string => {
    const text = visible(String(facts[name] ?? ""));
    return lists.has(name) ? text.replaceAll(", ", comma) : text;
  };
  const isPassive = modes.length > 0 && modes.every((mode) => passive.includes(mode));
  const isActive = modes.length > 0 && modes.every((mode) => !passive.includes(mode));
  return {
    side,
    port: port === undefined ? "?" : String(port),
    ports: fact("ports") || (port === undefined ? "?" : String(port)),
    commands: modes.map((mode) => mode.toUpperCase()).join(comma),
    client: fact("client"),
    server: fact("server") || fact("host"),
    said: fact("said").slice(0, 200),
    blocks,
    isPassive,
    isControl: !isPassive && !isActive,
    isPart: isPassive || isActive,
    isBrief: false,
    fact,
  };
}
