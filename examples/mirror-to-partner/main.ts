// Makes a folder on a partner's server like one of ours, every night say: TLS, the certificate that the partner told us,
// four connections, and a brake on removals. It can be stopped at any moment and run again.
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createPool, formatPlan, planMirror, runMirror } from "@twinport/client";
import type { ClientOptions, MirrorPlan, MirrorReport, Pool } from "@twinport/client";

/** The partner's server, and where our files go there. */
export interface Partner {
  readonly server: ClientOptions;
  readonly folder: string;
}

/** What came of a run; `refused` says why nothing was done. */
export type Outcome =
  | { readonly kind: "done"; readonly plan: MirrorPlan; readonly report: MirrorReport }
  | { readonly kind: "refused"; readonly plan: MirrorPlan; readonly because: string };

/** Mirrors `local` to the partner, unless that would remove more than `mostRemovals` of the partner's files. */
export async function mirrorToPartner(
  local: string,
  { server, folder }: Partner,
  { mostRemovals = 20, signal }: { readonly mostRemovals?: number; readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  const pool = createPool(server, { size: 4 });
  try {
    return await run(pool, local, folder, mostRemovals, signal);
  } finally {
    await pool.close();
  }
}

async function run(
  pool: Pool,
  local: string,
  folder: string,
  mostRemovals: number,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const stop = signal ? { signal } : {};
  const plan = await planMirror(
    { kind: "local", path: local },
    { kind: "remote", client: pool, path: folder },
    { delete: true, exclude: [".git/", "*.tmp"], ...stop },
  );
  // An empty source, or the wrong one, would empty the partner's folder.
  const removals = plan.actions.filter(({ kind }) => kind === "remove-file").length;
  if (removals > mostRemovals)
    return { kind: "refused", plan, because: `it would remove ${removals} of the partner's files` };
  return { kind: "done", plan, report: await runMirror(plan, pool, { verify: "hash", ...stop }) };
}

/** What a log should have of it. */
export function tell(outcome: Outcome): string[] {
  const lines = formatPlan(outcome.plan);
  if (outcome.kind === "refused") return [...lines, `nothing was done: ${outcome.because}`];
  const { transferred, removed, bytes, seconds, failures } = outcome.report;
  const failed = failures.map(({ action, error }) => `failed: ${action.path}: ${String(error)}`);
  return [...lines, ...failed, `${transferred} sent, ${removed} removed, ${bytes} bytes in ${seconds.toFixed(1)} s`];
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const { PARTNER_HOST: host, PARTNER_USER: user, PARTNER_PASSWORD: password, PARTNER_PIN: pin } = process.env;
  const [local = "outgoing", folder = "incoming"] = process.argv.slice(2);
  if (!host || !user || !password) throw new Error("PARTNER_HOST, PARTNER_USER and PARTNER_PASSWORD say where to");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const server = { host, user, password, tls: "explicit", ...(pin && { trust: { pin } }) } as const;
  const outcome = await mirrorToPartner(local, { server, folder }, { signal: stop.signal });
  for (const line of tell(outcome)) console.log(line);
  process.exitCode = outcome.kind === "done" && outcome.report.isWhole ? 0 : 1;
}
