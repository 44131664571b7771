import { parseProxy } from "@twinport/client";
import { formatEndpoint } from "@twinport/protocol";
import { connectDirectly } from "./probes/direct.ts";
import { examineFamily } from "./probes/family.ts";
import { familiesOf } from "./probes/families.ts";
import { findingsOf } from "./findings-of-evidence.ts";
import { leaveIdle } from "./probes/idle.ts";
import { lookAgain } from "./probes/look-again.ts";
import { Notes } from "./probes/notes.ts";
import { verdictOf } from "./verdict.ts";
import type { TlsWish } from "@twinport/client";
import type { Connecting, Examination, ProbeStep } from "./probes/examination.ts";
import type { Evidence, Family, TlsUse } from "./evidence.ts";
import type { Finding } from "./findings.ts";
import type { Verdict } from "./verdict.ts";

export type { ProbeStep } from "./probes/examination.ts";

/** Whom to examine, and how. */
export interface DiagnoseOptions extends Connecting {
  /** When TLS begins. Default: in clear, and beside that by AUTH TLS where the server has it. */
  readonly tls?: TlsWish;
  /** Also in clear where `tls` asks for TLS: then the password goes in clear. */
  readonly clear?: boolean;
  /** What is listed, or fetched, seen from the login folder (default: that folder). */
  readonly path?: string;
  /** The path is a folder's. */
  readonly isFolder?: boolean;
  /** Leave a command connection idle for so many seconds, and see whether it lives. */
  readonly idle?: number;
  /** For everything but that (default 24). */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: ProbeStep) => void;
}

/** What was seen, what it means, and what follows. */
export interface Diagnosis {
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  readonly verdict: Verdict;
}

/** Half a minute is what somebody waits for; the answer is told before. */
const SECONDS = 24;

/** Milliseconds that an idle connection may take besides. */
const AROUND_IDLE_MS = 20_000;

/**
 * Tries every way in which data could move to and from a server, and says what keeps those from working that do not. What
 * does not work is no error.
 *
 * @throws {ClientError} `option-not-valid`
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const evidence = await gather(options);
  const findings = findingsOf(evidence);
  return { evidence, findings, verdict: verdictOf(evidence, findings) };
}

/** Everything that can be seen from here, in bounded time. */
async function gather(options: DiagnoseOptions): Promise<Evidence> {
  const { tls, clear = false, path = "", isFolder = true, idle, seconds = SECONDS, onStep, ...more } = options;
  const { signal: told, ...connecting } = more;
  const uses = usesOf(tls, clear);
  const port = connecting.port ?? (uses.asked === "implicit" ? 990 : 21);
  const proxy = connecting.proxy ? proxyOf(connecting.proxy) : undefined;
  const notes = new Notes(connecting.password ?? "");
  const until = performance.now() + seconds * 1000;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error("the time is over")), seconds * 1000);
  const examination: Examination = {
    ...{ connecting: { ...connecting, port }, path, isFolder, notes },
    isClearAnyway: uses.all.includes("off"),
    isProxied: proxy?.isTunnel ?? false,
    signal: told ? AbortSignal.any([told, stop.signal]) : stop.signal,
    left: () => Math.max(0, until - performance.now()),
    say: (step) => onStep?.(step),
  };
  try {
    await examine(examination, uses.all, connecting.family);
    notes.isCut = examination.signal.aborted;
  } finally {
    clearTimeout(timer);
  }
  if (idle !== undefined && told?.aborted !== true) notes.idle = await idleOf(examination, idle, told);
  const about = { host: connecting.host, port, login: uses.asked, ...(proxy && { proxy: proxy.shown }) };
  return notes.evidence(about);
}

async function examine(examination: Examination, uses: readonly TlsUse[], asked: Family | undefined): Promise<void> {
  const { connecting, isProxied, notes } = examination;
  // A proxy looks the name up itself.
  const found = await familiesOf(connecting.host, asked);
  const families = found.kind === "known" ? found.families : [];
  if (isProxied) {
    const [family = 4] = families;
    const directly = families.length === 0 ? [] : [connectDirectly(examination, family)];
    const [direct] = await Promise.all([Promise.all(directly), examineFamily(examination, family, uses)]);
    notes.direct.push(...direct);
    return;
  }
  if (found.kind === "unknown") {
    const facts = { host: connecting.host, cause: found.cause };
    for (const tls of uses) notes.controls.push({ family: asked ?? 4, tls, outcome: "name-not-found", facts });
    return;
  }
  await Promise.all(
    families.map(async (family) => {
      await examineFamily(examination, family, uses);
      await lookAgain(examination, family);
    }),
  );
}

/** Uses of TLS: what the URL asks for, and all that are tried. */
function usesOf(tls: TlsWish | undefined, clear: boolean): { readonly asked: TlsUse; readonly all: readonly TlsUse[] } {
  if (tls === undefined || tls === "if-offered") return { asked: "off", all: ["off", "explicit"] };
  if (tls === "explicit" && clear) return { asked: tls, all: ["explicit", "off"] };
  return { asked: tls, all: [tls] };
}

async function idleOf(
  examination: Examination,
  seconds: number,
  told: AbortSignal | undefined,
): Promise<Evidence["idle"]> {
  const ready = examination.notes.controls.find(({ outcome, peer }) => outcome === "ready" && peer !== undefined);
  if (!ready) return undefined;
  const late = AbortSignal.timeout(seconds * 1000 + AROUND_IDLE_MS);
  const signal = told ? AbortSignal.any([told, late]) : late;
  return await leaveIdle({ ...examination, signal }, ready.family, ready.tls, seconds);
}

/** As it may be shown, and whether connections go through it. */
function proxyOf(told: NonNullable<Exclude<Connecting["proxy"], false>>): {
  readonly shown: string;
  readonly isTunnel: boolean;
} {
  const { kind, host, port } = typeof told === "string" ? parseProxy(told) : told;
  return { shown: `${kind} ${formatEndpoint(host, port)}`, isTunnel: kind !== "user@host" };
}
