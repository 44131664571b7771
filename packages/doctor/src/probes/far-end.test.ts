import { expect, test } from "vitest";
import { connectClient } from "@twinport/client";
import { LoopbackServer } from "../../../../test/testkit/loopback-server.ts";
import { ScriptedServer } from "../../../../test/testkit/scripted-server.ts";
import { FarEnd } from "./far-end.ts";
import { Notes } from "./notes.ts";
import type { Client } from "@twinport/client";
import type { AttemptEvidence } from "../evidence.ts";
import type { Examination } from "./examination.ts";

const examinationOf = (port: number): Examination => ({
  ...{ connecting: { host: "127.0.0.1", port }, path: "", isFolder: true, isClearAnyway: true, isProxied: false },
  ...{ notes: new Notes(""), signal: new AbortController().signal, left: () => 10_000, say: () => {} },
});

const controlOf = (client: Client): AttemptEvidence["control"] => {
  const { local, peer } = client.core.standing!.conversation.control;
  return { local, peer };
};

test("one of ours dials back, and says how that ended; a port that nobody listens at refuses, and is not punched at", async () => {
  await using far = await LoopbackServer.start();
  const port = Number(new URL(far.server.url).port);
  await using client = await connectClient({ host: "127.0.0.1", port, user: "ann", password: "secret" });
  const examination = examinationOf(port);
  const farEnd = await FarEnd.of(client, examination, controlOf(client));
  expect(examination.notes.observed).toEqual(controlOf(client).local);
  expect(await farEnd?.dialBack()).toEqual({ outcome: "connected", arrived: true });
  expect(await farEnd?.punch()).toEqual({ direction: "out", solo: "refused", together: "refused" });
});

test("what came to a passive port is told", async () => {
  await using far = await LoopbackServer.start();
  const port = Number(new URL(far.server.url).port);
  await using client = await connectClient({ host: "127.0.0.1", port, user: "ann", password: "secret" });
  const farEnd = await FarEnd.of(client, examinationOf(port), controlOf(client));
  const reached = await client.tryMode("epsv", { moves: "nothing" });
  expect(await farEnd?.arrivalAt(reached.told!.port)).toEqual({ arrival: "accepted" });
  expect(await farEnd?.arrivalAt(1)).toEqual({ arrival: "unknown" });
});

test("a server that is none of ours is asked once, and no more", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  expect(await FarEnd.of(client, examinationOf(server.port), controlOf(client))).toBeUndefined();
  expect(server.commands.filter((line) => line.startsWith("SITE"))).toEqual(["SITE DOCTOR PEER"]);
});
