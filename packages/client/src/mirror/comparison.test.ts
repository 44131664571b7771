import { describe, expect, it } from "vitest";
import { Comparison } from "./comparison.ts";
import { formatPlan } from "./format-plan.ts";
import { sameName } from "./same-name.ts";
import { ClientError } from "../errors.ts";
import type { PlanOptions } from "./mirror-options.ts";
import type { Followed, Tree, TreeEntry, TreeListing } from "./tree.ts";

type Node = Folder | Partial<TreeEntry> | Error;
interface Folder {
  readonly [name: string]: Node;
}

const TIME = Date.UTC(2024, 0, 2, 3, 4, 5);
const file = (size: number, seconds = 0): Partial<TreeEntry> => ({
  kind: "file",
  size,
  modified: { at: TIME + seconds * 1000, precision: "second", zone: "utc" },
});
const link: Partial<TreeEntry> = { kind: "link", target: "somewhere" };
const isFolder = (node: Node): node is Folder => !(node instanceof Error) && typeof node["kind"] !== "string";

type Abilities = Partial<Pick<Tree, "follow" | "list" | "exactTime" | "keepsTimes">>;

/** A tree in memory. */
class FakeTree implements Tree {
  readonly root = "/root";
  readonly grain = 1;
  readonly kind: Tree["kind"];
  readonly key = sameName;
  readonly keepsTimes: boolean | undefined;
  readonly #top: Folder | undefined;
  readonly #more: Abilities;

  constructor(kind: Tree["kind"], top: Folder | undefined, more: Abilities = {}) {
    this.kind = kind;
    this.#top = top;
    this.keepsTimes = "keepsTimes" in more ? more.keepsTimes : true;
    this.#more = more;
  }

  async open(): Promise<boolean> {
    return this.#top !== undefined;
  }

  async list(path: string, signal: AbortSignal): Promise<TreeListing> {
    if (this.#more.list) return await this.#more.list(path, signal);
    let at: Node = this.#top ?? {};
    for (const name of path === "" ? [] : path.split("/")) at = isFolder(at) ? (at[name] ?? {}) : at;
    if (at instanceof Error) throw at;
    return {
      entries: Object.entries(at as Folder).map(([name, node]) => {
        if (node instanceof Error) return { name, kind: "directory" };
        return isFolder(node) ? { name, kind: "directory" } : ({ name, ...node } as TreeEntry);
      }),
    };
  }

  async follow(path: string, entry: TreeEntry, signal: AbortSignal): Promise<Followed> {
    return (await this.#more.follow?.(path, entry, signal)) ?? { kind: "broken", detail: entry.target ?? "" };
  }

  async exactTime(path: string, signal: AbortSignal) {
    return await this.#more.exactTime?.(path, signal);
  }

  async size(): Promise<undefined> {}

  async hash(): Promise<never> {
    throw new ClientError("not-supported", { command: "HASH", said: "no" });
  }
}

async function compare(
  from: Folder | Tree,
  to: Folder | Tree | undefined,
  options: PlanOptions = {},
): Promise<string[]> {
  const source = from instanceof FakeTree ? from : new FakeTree("remote", from as Folder);
  const target = to instanceof FakeTree ? to : new FakeTree("local", to as Folder | undefined);
  return formatPlan(await new Comparison(source, target, options).run());
}

describe("a plan", () => {
  it("makes what is not there, folders before what comes into them", async () => {
    expect(await compare({ b: { c: { d: file(3) }, e: {} }, a: file(1) }, undefined)).toEqual([
      "+ ./",
      "+ b/",
      "+ b/c/",
      "+ b/e/",
      "+ a (new, 1 bytes)",
      "+ b/c/d (new, 3 bytes)",
    ]);
  });

  it("leaves what is the same, and says why the rest is not", async () => {
    const source = { same: file(1), longer: file(2), newer: file(1, 60), older: file(1, -60) };
    const target = { same: file(1), longer: file(1), newer: file(1), older: file(1), extra: file(1) };
    expect(await compare(source, target)).toEqual([
      "~ longer (size, 2 bytes)",
      "~ newer (newer, 1 bytes)",
      "~ older (older, 1 bytes)",
    ]);
    expect(await compare(source, target, { compare: "size" })).toEqual(["~ longer (size, 2 bytes)"]);
    expect(await compare(source, target, { compare: "time" })).toEqual([
      "~ newer (newer, 1 bytes)",
      "~ older (older, 1 bytes)",
    ]);
  });

  it("sends only what is newer to a server that may not keep times", async () => {
    const source = new FakeTree("local", { newer: file(1, 60), older: file(1, -60) });
    const target = new FakeTree("remote", { newer: file(1), older: file(1) }, { keepsTimes: undefined });
    expect(await compare(source, target)).toEqual(["~ newer (newer, 1 bytes)"]);
  });

  it("asks for the exact time before it moves a file for its time alone", async () => {
    const coarse = {
      kind: "file",
      size: 1,
      modified: { at: TIME + 3_600_000, precision: "minute", zone: "utc" },
    } as const;
    const exact = async () => ({ at: TIME, precision: "second", zone: "utc" }) as const;
    expect(await compare(new FakeTree("remote", { a: coarse }, { exactTime: exact }), { a: file(1) })).toEqual([]);
    expect(await compare(new FakeTree("remote", { a: coarse }), { a: file(1) })).toEqual(["~ a (newer, 1 bytes)"]);
  });

  it("compares by size alone, and says so, where no zone is known", async () => {
    const told = {
      kind: "file",
      size: 1,
      modified: { at: TIME + 60_000, precision: "minute", zone: "server" },
    } as const;
    const plan = await new Comparison(
      new FakeTree("remote", { a: told }),
      new FakeTree("local", { a: file(1) }),
      {},
    ).run();
    expect([plan.actions, plan.warnings]).toEqual([[], [{ code: "times-not-comparable", count: 1 }]]);
  });
});

describe("what the source does not have", () => {
  const target = { keep: file(1), extra: file(1), folder: { deep: { x: file(1) }, "a.log": file(1) }, l: link };

  it("stays", async () => {
    expect(await compare({ keep: file(1) }, target)).toEqual([]);
  });

  it("goes with delete, each folder behind what is in it, and links without what they lead to", async () => {
    expect(await compare({ keep: file(1) }, target, { delete: true })).toEqual([
      "- extra (not-in-source)",
      "- folder/a.log (not-in-source)",
      "- folder/deep/x (not-in-source)",
      "- folder/deep/ (not-in-source)",
      "- folder/ (not-in-source)",
      "- l (not-in-source)",
    ]);
  });

  it("stays where it is excluded, with all folders above it", async () => {
    expect(await compare({ keep: file(1) }, target, { delete: true, exclude: ["*.log", "/l"] })).toEqual([
      "- extra (not-in-source)",
      "- folder/deep/x (not-in-source)",
      "- folder/deep/ (not-in-source)",
    ]);
  });

  it("stays where it is not included", async () => {
    expect(await compare({}, target, { delete: true, include: ["*.log"] })).toEqual(["- folder/a.log (not-in-source)"]);
  });

  it("stays where the source has something of that name that is not mirrored", async () => {
    expect(
      await compare({ extra: link, keep: { kind: "other" } }, { extra: file(1), keep: file(1) }, { delete: true }),
    ).toEqual(["! extra is a link (somewhere)", "! keep is neither a file nor a folder"]);
  });

  it("stays in a folder that the source does not list, or not whole", async () => {
    const refused = new ClientError("refused", { command: "LIST", said: "550 no" });
    const plan = await compare({ folder: refused }, { folder: { a: file(1) } }, { delete: true });
    expect(plan).toEqual(["! folder cannot be listed (the server refuses LIST: 550 no)"]);
    const doubtful = new FakeTree("remote", {}, { list: async () => ({ entries: [], doubt: "226 truncated" }) });
    expect(await compare(doubtful, { a: file(1) }, { delete: true })).toHaveLength(1);
  });
});

describe("something of another kind in the way", () => {
  it("stays, and is told", async () => {
    expect(await compare({ a: { x: file(1) }, b: file(1) }, { a: file(1), b: { y: file(1) } })).toEqual([
      "! a stands where something of another kind is to be (file)",
      "! b stands where something of another kind is to be (directory)",
    ]);
  });

  it("goes first with delete", async () => {
    expect(
      await compare({ a: { x: file(1) }, b: file(1) }, { a: file(1), b: { y: file(1) } }, { delete: true }),
    ).toEqual([
      "- a (in-the-way)",
      "- b/y (in-the-way)",
      "- b/ (in-the-way)",
      "+ a/",
      "+ b (in-the-way, 1 bytes)",
      "+ a/x (new, 1 bytes)",
    ]);
  });

  it("is a link, which is not followed", async () => {
    expect(await compare({ a: { x: file(1) } }, { a: link })).toEqual([
      "! a stands where something of another kind is to be (link)",
    ]);
  });

  it("stays with all that is in it, where some of that is excluded", async () => {
    const plan = await compare(
      { b: file(1) },
      { b: { "y.log": file(1), z: file(1) } },
      { delete: true, exclude: ["*.log"] },
    );
    expect(plan).toEqual(["! b stands where something of another kind is to be (directory)"]);
  });
});

describe("a hostile server", () => {
  it.each(["..", "../x", "/etc/passwd", "a/b", "", "a\0b"])("names nothing outside: %j", async (name) => {
    const tree = new FakeTree("remote", {}, { list: async () => ({ entries: [{ name, kind: "file", size: 1 }] }) });
    const plan = await new Comparison(tree, new FakeTree("local", {}), { delete: true }).run();
    expect(plan.actions).toEqual([]);
    expect(plan.problems.map(({ code }) => code)).toEqual(["name-not-valid"]);
  });

  it("cannot go down for ever", async () => {
    const endless = new FakeTree(
      "remote",
      {},
      { list: async () => ({ entries: [{ name: "deeper", kind: "directory" }] }) },
    );
    const plan = await new Comparison(endless, new FakeTree("local", {}), {}).run();
    expect(plan.problems.map(({ code }) => code)).toEqual(["too-deep"]);
  });

  it("cannot name more than is asked for", async () => {
    const entries = Array.from({ length: 100 }, (_, i) => ({ name: `d${i}`, kind: "directory" as const }));
    const endless = new FakeTree("remote", {}, { list: async () => ({ entries }) });
    await expect(compare(endless, {}, { maxEntries: 5000 })).rejects.toMatchObject({ code: "listing-too-long" });
  });

  it("cannot send links around in a ring", async () => {
    const list = async (path: string): Promise<TreeListing> => ({
      entries: [{ name: "a", kind: path.includes("/") ? "link" : "directory" }],
    });
    const follow = async (_path: string, { name }: TreeEntry): Promise<Followed> => ({
      kind: "entry",
      entry: { name, kind: "directory" },
      identity: "/ring",
    });
    const plan = await new Comparison(new FakeTree("remote", {}, { list, follow }), new FakeTree("local", {}), {
      links: "follow",
    }).run();
    expect(plan.problems.map(({ code }) => code)).toEqual(["link-loop"]);
  });
});
