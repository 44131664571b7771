// Clients of one address, all at one passive port: whose each data connection is shows only in what its first bytes bring: a
// ticket, or from curl by TLS 1.2 the number of a session.
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ObservedServer } from "../testkit/observed-server.ts";
import { curlSessions } from "../testkit/curl.ts";
import { expectAllSecured, placeOn, tlsOf } from "../testkit/tls-matrix.ts";
import { isCannot } from "../testkit/client-matrix.ts";
import { lftpSessions } from "../testkit/lftp.ts";
import { ourSessions } from "../testkit/our-client.ts";
import { passiveRange } from "../testkit/passive-range.ts";
import { peer } from "../testkit/peer.ts";
import { proving } from "../testkit/proving.ts";
import { sha256 } from "../testkit/sha256.ts";
import type { Place, Sessions } from "../testkit/client-matrix.ts";

const SESSIONS = proving ? 50 : 12;
/** Of each session. */
const TRANSFERS = proving ? 20 : 6;

const { from } = passiveRange(import.meta.url);
const onePort = { from, to: from };
const way = { mode: "passive", verb: "EPSV", address: "127.0.0.1" } as const;

interface Crowd {
  readonly sessions: Sessions;
  /** Every second session uploads. */
  readonly uploads: boolean;
}

const kinds = {
  "our client": { sessions: ourSessions, uploads: true },
  // Several uploads in one session are more than curl can do by TLS 1.3.
  curl: { sessions: curlSessions, uploads: false },
  lftp: { sessions: lftpSessions, uploads: true },
} as const satisfies Record<string, Crowd>;

type Kind = keyof typeof kinds;

const crowds: readonly (readonly [string, readonly Kind[]])[] = [
  ["our client", ["our client"]],
  ["curl", ["curl"]],
  ["lftp", ["lftp"]],
  ["our client, curl and lftp mixed", ["our client", "curl", "lftp"]],
];

async function crowd(
  server: ObservedServer,
  place: Place,
  members: readonly Kind[],
): Promise<Record<"sent" | "received", number>> {
  const names = Array.from({ length: TRANSFERS }, (_, number) => `file-${number}`);
  const source = join(server.home, "source");
  await mkdir(source);
  for (const [number, name] of names.entries()) await writeFile(join(source, name), randomBytes(number * 5000));
  const moved = { sent: 0, received: 0 };
  const digests = await Promise.all(names.map((name) => sha256(join(source, name))));
  const expectSame = async (folder: string): Promise<void> => {
    expect(await Promise.all(names.map((name) => sha256(join(folder, name))))).toEqual(digests);
  };

  const act = async (number: number): Promise<void> => {
    const { sessions, uploads } = kinds[members[number % members.length]!];
    const into = join(server.home, `into-${number}`);
    const own: Place = { ...place, folder: `/session-${number}` };
    await mkdir(into);
    await mkdir(join(server.root, own.folder));
    if (uploads && !isCannot(sessions.putAll) && number % 2 === 0) {
      await sessions.putAll(own, source, names);
      await expectSame(join(server.root, own.folder));
      moved.received += names.length;
      return;
    }
    for (const name of names) await copyFile(join(source, name), join(server.root, own.folder, name));
    await sessions.getAll(own, names, into);
    await expectSame(into);
    moved.sent += names.length;
  };
  await Promise.all(Array.from({ length: SESSIONS }, (_, number) => act(number)));
  return moved;
}

peer("clients of one address, at one passive port", ["curl", "lftp"], () => {
  describe.each(["TLSv1.3", "TLSv1.2"] as const)("by %s", (version) => {
    it.each(crowds)(`${SESSIONS} sessions × ${TRANSFERS} transfers of %s`, async (_who, members) => {
      const tls = await tlsOf({ version, sessionReuse: "require" });
      await using server = await ObservedServer.start(onePort, { tls });
      let most = 0;
      server.server.on("session-opened", () => (most = Math.max(most, server.server.usage.sessions)));
      const place = await placeOn(server, { way, begins: "explicit", version, sessionReuse: "require" }, "/");
      const moved = await crowd(server, place, members);
      expect(moved.sent + moved.received).toBe(SESSIONS * TRANSFERS);
      expect(most).toBeGreaterThan(SESSIONS / 2);
      await expectAllSecured(server, { way, version }, moved);
    });
  });
});
