import { isPassive } from "@twinport/protocol";
import { bulkFileOf, entriesOf } from "./target.ts";
import type { ModeCommand } from "@twinport/protocol";
import type { Lane } from "./lane.ts";

/** Enough for packets of all sizes. */
const MOST_BYTES = 64 * 1024;

/** Folders below that are looked into for a file. */
const MOST_FOLDERS = 2;

/** Seconds without a byte: what moves at all moves at once. */
const seconds = { silence: 4 };

/** Fetches the beginning of a larger file, once for each side that dials: small packets may pass where large ones do not. */
export async function tryBulk(lane: Lane, mode: ModeCommand): Promise<void> {
  const { sightings } = lane.setting;
  const side = isPassive(mode) ? "passive" : "active";
  if (sightings.bulk[side] !== undefined || lane.target.moves === "file") return;
  sightings.bulk[side] = "stopped";
  await lane.inTurn(mode, async () => {
    sightings.bulkFile ??= await fileFor(lane, mode);
    const path = sightings.bulkFile;
    if (path === undefined || !(await lane.ready())) return;
    const attempt = await lane.attempt(mode, { purpose: "bulk", moves: "file", path, maxBytes: MOST_BYTES, seconds });
    if (attempt) sightings.bulk[side] = attempt.outcome;
  });
}

async function fileFor(lane: Lane, mode: ModeCommand): Promise<string | undefined> {
  const entries = entriesOf(lane.setting.sightings.content ?? new Uint8Array());
  const here = bulkFileOf(entries);
  if (here !== undefined) return here;
  // What looks like an option, or like two names, is asked of nobody.
  const folders = entries.filter(({ kind, name }) => kind === "directory" && /^\w[\w.-]*$/.test(name));
  for (const { name } of folders.slice(0, MOST_FOLDERS)) {
    if (!(await lane.ready())) return undefined;
    const listing = await lane.listingOf(name, mode);
    const below = listing && bulkFileOf(entriesOf(listing));
    if (below !== undefined) return `${name}/${below}`;
  }
  return undefined;
}
