import { ClientError } from "@twinport/client";
import { describe, expect, test } from "vitest";
import { putRefusal } from "./put-refusal.ts";
import type { Pool } from "@twinport/client";

const { signal } = new AbortController();
const reply = { code: 550, lines: ["Not enough privileges."] };
const refused = new ClientError("refused", { command: "STOR in/a.txt", said: "550 no" }, { reply });
const notThere = new ClientError("not-found", { path: "in/a.txt", said: "550 no" }, { reply, cause: refused });

/** A server on which these paths are what they are; the others are not there. */
function serverWith(kinds: Readonly<Record<string, string>>): Pool {
  const stat = async (path: string): Promise<object> => {
    if (kinds[path] === undefined) throw new ClientError("not-found", { path });
    return { kind: kinds[path] };
  };
  return { stat } as unknown as Pool;
}

describe("why a server did not take a file", () => {
  test.each([
    ["a folder stands there", { in: "directory", "in/a.txt": "directory" }, refused, true, "refused"],
    ["nothing is there, and the folder is: the account may not", { in: "directory" }, notThere, false, "refused"],
    ["the same, where its words were clear", { in: "directory" }, refused, false, "refused"],
    ["there is no such folder", {}, refused, false, "not-found"],
    ["a file that stands there may not be changed", { in: "directory", "in/a.txt": "file" }, refused, false, "refused"],
  ] as const)("%s", async (_title, kinds, error, isFolder, code) => {
    const told = await putRefusal(serverWith(kinds), "in/a.txt", error, signal);
    expect(told).toMatchObject({ isFolder, error: { code } });
  });

  test("of a missing folder its own path is told", async () => {
    const { error } = await putRefusal(serverWith({}), "in/a.txt", refused, signal);
    expect(error).toMatchObject({ facts: { path: "in", said: "550 no" } });
  });

  test("what is no refusal is told as it is, and nothing is asked", async () => {
    const lost = new ClientError("connection-lost", { cause: "it was closed" });
    const noServer = {} as unknown as Pool;
    expect(await putRefusal(noServer, "a", lost, signal)).toEqual({ isFolder: false, error: lost });
    expect(await putRefusal(noServer, "a", new Error("ours"), signal)).toMatchObject({ isFolder: false });
  });
});
