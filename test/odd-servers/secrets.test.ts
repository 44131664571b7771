// Passwords are in no error, no trace, no warning, and not in what is shown of a client.
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { connectClient, createPool, withoutPassword } from "@twinport/client";
import { ScriptedServer } from "../testkit/scripted-server.ts";
import type { ClientWarning, TraceStep } from "@twinport/client";

const SECRET = "hunter2";

/** All that can be read of an error. */
function shown(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => expect.unreachable("it has not failed"),
    (error: unknown) => error,
  );
}

test.each([`${SECRET}\n`, `${SECRET}\r\nDELE a`, `${SECRET}\0`])(
  "a password that no command can hold: %o",
  async (password) => {
    await using server = await ScriptedServer.start();
    const error = await failureOf(connectClient(server.clientOptions({ password })));
    expect(error).toMatchObject({ code: "path-not-valid" });
    expect(shown(error)).not.toContain(SECRET);
  },
);

test("a password that is sent by hand and refused", async () => {
  await using server = await ScriptedServer.start();
  const client = await server.client();
  for (const word of ["PASS", "pass", "ACCT"]) {
    const refusal = client.send(`${word} ${SECRET}`, { mustSucceed: true }).then(() => {
      throw new Error("it was taken");
    });
    if (word === "ACCT") expect(shown(await failureOf(refusal))).not.toContain(SECRET);
    else await failureOf(refusal);
    expect(shown(await failureOf(client.send(`${word} ${SECRET}\n`)))).not.toContain(SECRET);
  }
});

test("what is shown of a client and of a pool, and what they tell", async () => {
  await using server = await ScriptedServer.start({ on: { SITE: "550 no" } });
  const told: (TraceStep | ClientWarning)[] = [];
  const options = server.clientOptions({
    password: SECRET,
    onTrace: (step) => told.push(step),
    onWarning: (warning) => told.push(warning),
  });
  await using client = await connectClient(options);
  await using pool = createPool(options);
  await pool.connect();
  for (const one of [client, pool]) expect(inspect(one, { depth: 10 })).not.toContain(SECRET);
  expect(JSON.stringify([client, pool])).not.toContain(SECRET);
  expect(JSON.stringify(told)).not.toContain(SECRET);
  expect(told.filter((step) => "kind" in step && step.kind === "control-connected")).toHaveLength(2);
});

test.each([
  ["ftp://ann:hunter2@h/a", "ftp://ann:****@h/a"],
  ["ftp://ann:hun/ter2@h", "ftp://ann:****@h"],
  ["gopher2://ann:hunter2@h", "gopher2://ann:****@h"],
  ["ann:hunter2@h", "ann:****@h"],
  ["ftp:ann:hunter2@h", "ftp:ann:****@h"],
  ["ftp://h/a@b", "ftp://h/a@b"],
])("%s is shown as %s", (text, safe) => {
  expect(withoutPassword(text)).toBe(safe);
});
