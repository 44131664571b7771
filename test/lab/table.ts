import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { clients } from "./clients.ts";
import { Lab } from "./lab.ts";
import { Slots } from "./slots.ts";
import { topologies } from "./topologies.ts";
import { isOfShortForm, modesOf, outcomesOf, passingModes, titleOf, variantsOf } from "./topology.ts";
import type { Client } from "./clients.ts";
import type { Variant } from "./topology.ts";

/** What a table is made of. */
interface TableOptions {
  /** Names of clients. */
  readonly clients: readonly string[];
  /** Every variant, not only those of the short form. */
  readonly all: boolean;
  /** Only variants whose title has this in it. */
  readonly only: string;
  /** Seconds for a download and an upload together. */
  readonly seconds: number;
  /** Hears of each cell. */
  readonly progress: (text: string) => void;
}

/** Topologies × clients, as a table in Markdown: whether a download and an upload came through, and in what time. */
export async function table({ clients: names, all, only, seconds, progress }: TableOptions): Promise<string> {
  const asked = clients.filter(({ name }) => names.includes(name));
  const variants = variantsOf(topologies).filter(
    (variant) => (all || isOfShortForm(variant)) && titleOf(variant).includes(only),
  );
  const slots = new Slots(4);
  const rows = await Promise.all(
    variants.map(async (variant) => {
      const cells = await Promise.all(
        asked.map((client) =>
          slots.use(async () => {
            const text = await cell(client, variant, seconds);
            progress(`${titleOf(variant)} | ${client.name} | ${text}`);
            return text;
          }),
        ),
      );
      return [titleOf(variant), doors(variant), ...cells];
    }),
  );
  const head = ["topology", "modes that can pass", ...asked.map(({ name }) => name)];
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function doors(variant: Variant): string {
  const passing = passingModes(variant);
  if (passing.length === 0) return `none: ${[...new Set(Object.values(outcomesOf(variant)))].join(", ")}`;
  return passing.length === modesOf(variant).length ? "all" : passing.join(", ").toUpperCase();
}

async function cell(client: Client, variant: Variant, seconds: number): Promise<string> {
  const lacks = client.lacks?.(variant);
  if (lacks) return lacks;
  await turn();
  await using lab = await Lab.build(variant.topology, variant);
  const sent = await readFile(lab.file);
  const isSame = async (got: Promise<Buffer>): Promise<boolean> => sent.equals(await got.catch(() => Buffer.alloc(0)));
  const local = join(lab.home, "got.bin");
  const get = await client.get(lab, variant, local, seconds);
  const taken = `${get.seconds.toFixed(1)} s`;
  if (get.timedOut) return `✗ ${seconds} s, not done`;
  if (get.status !== 0) return `✗ ${taken}, exit ${get.status}`;
  if (!(await isSame(readFile(local)))) return `✗ ${taken}, other bytes`;
  const put = await client.put(lab, variant, "put.bin", seconds - get.seconds);
  const both = `${(get.seconds + put.seconds).toFixed(1)} s`;
  if (put.timedOut) return `✗ ${seconds} s, put not done`;
  if (put.status !== 0) return `✗ ${both}, put: exit ${put.status}`;
  return (await isSame(lab.server.received("put.bin"))) ? `✓ ${both}` : `✗ ${both}, put: other bytes`;
}
