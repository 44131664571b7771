import { believedByNobody } from "./doctor-truth.ts";
import type { Cause, Side } from "@twinport/doctor";
import type { Run } from "./lab.ts";
import type { Built, Truth } from "./doctor-truth.ts";

/** What `twinport doctor --json` says, as far as it is graded. */
interface Report {
  readonly verdict: { readonly mode: string | null; readonly works: boolean; readonly sentence: string };
  readonly attempts: readonly Tried[];
  readonly further: readonly Tried[];
  readonly findings: readonly ReportedFinding[];
}

interface Tried {
  readonly mode: string;
  readonly tls: boolean;
  readonly outcome: string;
  readonly told?: { readonly port: number };
}

interface ReportedFinding {
  readonly cause: Cause;
  readonly side: Side;
  readonly port: number | null;
  readonly confidence: number;
  readonly families: readonly (4 | 6)[];
  readonly modes: readonly string[];
  readonly fix: string;
  readonly doc: string;
}

/** So many ports of a range tell something of it. */
const FEW_PORTS = 4;

/** Seconds within which an answer is told. */
const HALF_A_MINUTE = 30;

/** What is wrong with an answer; nothing, where the truth is in it, and no more than the truth. */
export function complaintsOf(
  run: Run,
  { works, must, may, passes }: Built,
  { idle = 0 }: { readonly idle?: number } = {},
): string[] {
  const report = reportOf(run.stdout);
  if (!report) return [`exit ${run.status}${run.timedOut ? ", not done" : ""}, and no answer: ${run.stderr}`];
  const { verdict, findings } = report;
  const expected = verdict.works ? (findings.length === 0 ? 0 : 13) : isOfLogin(findings) ? 4 : 6;
  const mode = verdict.works ? verdict.mode : null;
  const isTrue = [...must, ...may, believedByNobody];
  return [
    ...(run.seconds - idle > HALF_A_MINUTE ? [`took ${run.seconds.toFixed(1)} s`] : []),
    ...(run.status === expected ? [] : [`exit ${run.status} where it is ${expected}`]),
    ...(works.some((one) => one === mode) ? [] : [`says ${mode} where ${works.join(" or ")} is to be used`]),
    ...must
      .filter((truth) => !findings.some((one) => says(one, truth)) && canBeSeen(report, truth, passes))
      .map((truth) => `lacks ${wordOf(truth)}`),
    ...(passes && isSeenInPart(report, passes) && portsOf(report).size < FEW_PORTS ? ["has tried few ports"] : []),
    ...findings
      .filter((one) => !isTrue.some((truth) => says(one, truth)))
      .map((one) => `false: ${one.cause} ${one.side}`),
    ...findings.flatMap(formOf),
    ...(verdict.sentence ? [] : ["the verdict has no sentence"]),
  ];
}

/** The answer in short, for whoever has to mend it. */
export function shortOf({ status, seconds, stdout, stderr }: Run): string {
  const report = reportOf(stdout);
  if (!report) return `exit ${status}: ${stderr}`;
  const { verdict, attempts, findings } = report;
  const told = findings.map(({ cause, side, port, confidence }) => `${cause} ${side} ${port} ${confidence}`);
  const tried = attempts.map(({ mode, tls, outcome }) => `${mode}${tls ? " TLS" : ""} ${outcome}`);
  return [
    `exit ${status} in ${seconds.toFixed(1)} s; ${verdict.works} ${verdict.mode}: ${verdict.sentence}`,
    `findings: ${told.join("; ") || "none"}`,
    `attempts: ${tried.join("; ") || "none"}`,
  ].join("\n");
}

const says = ({ cause, side, families }: ReportedFinding, truth: Truth): boolean =>
  truth.causes.includes(cause) &&
  truth.sides.includes(side) &&
  (truth.family === undefined || families.every((family) => family === truth.family));

const isOfLogin = (findings: readonly ReportedFinding[]): boolean =>
  findings.some(({ cause }) => cause === "login-refused");

const portsOf = ({ attempts, further }: Report): ReadonlySet<number> =>
  new Set([...attempts, ...further].flatMap(({ mode, told }) => (mode.endsWith("sv") && told ? told.port : [])));

/** That a range is open in part is seen by whoever has met ports of both kinds. */
function canBeSeen(report: Report, { causes }: Truth, passes: Built["passes"]): boolean {
  return !passes || !causes.includes("range-outside-firewall") || !isSeenInPart(report, passes);
}

/** All ports that were met are of the same kind. */
const isSeenInPart = (report: Report, passes: NonNullable<Built["passes"]>): boolean =>
  new Set([...portsOf(report)].map(passes)).size < 2;

const wordOf = ({ causes, sides }: Truth): string => `${causes.join(" or ")} (${sides.join(" or ")})`;

function formOf({ cause, confidence, fix, doc, modes }: ReportedFinding): string[] {
  const isOfActive = modes.every((mode) => mode === "eprt" || mode === "port");
  return [
    ...(cause !== "in-silent" || isOfActive ? [] : [`${cause} of ${modes.join(", ")}`]),
    ...(confidence > 0 && confidence <= 1 ? [] : [`${cause} has the confidence ${confidence}`]),
    ...(fix ? [] : [`${cause} has no fix`]),
    ...(doc.includes(cause) ? [] : [`${cause} has no page`]),
  ];
}

function reportOf(stdout: string): Report | undefined {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    return undefined;
  }
}
