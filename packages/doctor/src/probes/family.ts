import { isPassive } from "@twinport/protocol";
import { Lane } from "./lane.ts";
import { Sightings } from "./sightings.ts";
import { Turns } from "./turns.ts";
import { tryBulk } from "./bulk.ts";
import { tryFurtherPorts } from "./further-ports.ts";
import { mayBeOurDoing } from "./our-doing.ts";
import type { ModeCommand } from "@twinport/protocol";
import type { AttemptEvidence, Family, TlsUse } from "../evidence.ts";
import type { Examination } from "./examination.ts";
import type { LaneSetting } from "./lane.ts";

/** Milliseconds after which a second login is begun though the first one is not in yet. */
const SLOW_LOGIN_MS = 1500;

/** What a server does that has one of us already. */
const isLimited: ReadonlySet<string> = new Set(["server-busy", "connection-lost", "not-ftp"]);

/** Milliseconds that both ends need to dial each other. */
const PUNCH_MS = 6000;

/** Milliseconds for which a server goes on to count who has left. */
const LEAVING_MS = [200, 500, 1000];

/** Milliseconds after which a mode is taken for silent. */
const SILENT_MS = 2000;

/** Milliseconds that one data connection more needs. */
const WITHOUT_REUSE_MS = 3000;

/** Attempts that are made again alone, and milliseconds that each needs. */
const MOST_AGAIN = 2;
const AGAIN_MS = 6000;

/** Milliseconds of the whole time that are kept for the modes themselves. */
const KEPT_MS = 8000;

/** Everything that is tried at one address family: the uses of TLS side by side. */
export async function examineFamily(examination: Examination, family: Family, uses: readonly TlsUse[]): Promise<void> {
  const setting: LaneSetting = { examination, family, passive: new Turns(), sightings: new Sightings() };
  const lanes = uses.map((tls) => new Lane(setting, tls));
  const [first, ...others] = lanes;
  if (!first) return;
  try {
    let isKnown = (): void => {};
    const connected = new Promise<void>((resolve) => (isKnown = resolve));
    const leading = first.open(isKnown);
    const isReached = await Promise.race([leading.then(() => first), connected.then(() => pause(SLOW_LOGIN_MS))]);
    const hasNoWay = isReached === first && !first.isIn && hasNoConnection(examination, family);
    const leads = leading.then((isIn) => (isIn ? runLane(first) : undefined));
    const follow = async (lane: Lane): Promise<void> => {
      let isIn = await lane.open();
      if (!isIn && isLimited.has(lane.outcome) && first.isIn) {
        // It may let in one at a time.
        await leads;
        await first.close();
        isIn = await openWhenLeft(lane);
      }
      if (isIn) await runLane(lane);
    };
    const following = Promise.all(hasNoWay ? [] : others.map(follow));
    await Promise.all([leads, following, helpIfSlow(lanes, leading, following, leads)]);
    await againAlone(setting, lanes);
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

/** Opens a lane at a server that still counts the one that has just left. */
async function openWhenLeft(lane: Lane): Promise<boolean> {
  for (const milliseconds of LEAVING_MS) {
    await pause(milliseconds);
    if (await lane.open()) return true;
  }
  return false;
}

/**
 * Where only one login is in, and its first modes take long, a second one tries those that are not in its way: whoever
 * waits for a silent port waits for nothing else.
 */
async function helpIfSlow(
  lanes: readonly Lane[],
  leading: Promise<boolean>,
  following: Promise<unknown>,
  leads: Promise<unknown>,
): Promise<void> {
  const [first] = lanes;
  if (!first || !(await leading)) return;
  await Promise.race([leads, following.then(() => pause(SILENT_MS)), pause(2 * SILENT_MS)]);
  if (lanes.filter((lane) => lane.isIn).length > 1 || !first.hasActiveLeft) return;
  const partner = first.partner();
  try {
    if (await partner.open()) await partner.tryModes(async () => {});
  } finally {
    await partner.close();
  }
}

/** The modes of one lane, and what a mode that works can tell besides. */
async function runLane(lane: Lane): Promise<void> {
  const { examination, sightings } = lane.setting;
  const movedBy = (isMeant: (mode: ModeCommand) => boolean): AttemptEvidence | undefined =>
    sightings.all.find(
      ({ mode, tls, outcome, purpose }) =>
        purpose === "turn" && outcome === "moved" && tls === lane.tls && isMeant(mode),
    );
  await lane.tryModes(async () => {
    if (examination.left() < KEPT_MS) return;
    await tryFurtherPorts(lane);
    await lane.punch();
    const passive = movedBy(isPassive);
    if (passive) await tryBulk(lane, passive.mode);
  });
  if (examination.left() > PUNCH_MS) await lane.punch();
  const active = movedBy((mode) => !isPassive(mode));
  const hasBulk = sightings.bulk.passive === "moved" && movedBy(isPassive) !== undefined;
  if (active && !hasBulk && (await lane.ready())) await tryBulk(lane, active.mode);
  const any = movedBy(isPassive) ?? active;
  if (any && lane.tls !== "off" && examination.left() > WITHOUT_REUSE_MS) await tryWithoutReuse(lane, any);
}

/** Whether the server takes a data connection that begins TLS anew. */
async function tryWithoutReuse(lane: Lane, { mode, family }: AttemptEvidence): Promise<void> {
  await lane.inTurn(mode, async () => {
    if (!(await lane.ready())) return;
    const attempt = await lane.attemptUnnoted(mode, { purpose: "decide", forgetTls: true });
    if (!attempt) return;
    const { outcome, lastReply } = attempt;
    lane.setting.examination.notes.tls.push({ family, withoutReuse: outcome, ...(lastReply && { lastReply }) });
  });
}

/**
 * What was refused, or had no answer, while another lane was busy, or after something else on the same login, is tried
 * again with nobody beside it and nothing before it.
 */
async function againAlone({ examination, sightings }: LaneSetting, lanes: readonly Lane[]): Promise<void> {
  const again = sightings.all.filter(
    (attempt) => attempt.purpose === "turn" && sightings.doubtful.has(attempt) && mayBeOurDoing(attempt),
  );
  if (again.length === 0) return;
  await Promise.all(lanes.map((lane) => lane.close()));
  for (const { mode, tls } of again.slice(0, MOST_AGAIN)) {
    const lane = lanes.find((one) => one.tls === tls);
    if (!lane || examination.left() < AGAIN_MS || !(await lane.renew())) continue;
    await lane.attempt(mode, { purpose: "alone" });
    await lane.close();
  }
}

/** The first connection did not come to stand: another one would not, either. */
function hasNoConnection({ notes }: Examination, family: Family): boolean {
  const mine = notes.controls.filter((one) => one.family === family);
  return mine.every(({ peer, outcome }) => peer === undefined || outcome === "not-ftp");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
