import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// Who may import whom. A package imports only from lower levels; where that is still too much, `only` names
// the entry points it may use. A package that does not exist yet has its place here already.
interface Place {
  readonly level: number;
  readonly only?: readonly string[];
  /** Runs in a browser too: no node: module, and no third-party one. */
  readonly anywhere?: true;
}

const map: Readonly<Record<string, Place>> = {
  "@twinport/protocol": { level: 0, anywhere: true },
  "@twinport/storage": { level: 1, only: ["@twinport/protocol"] },
  "@twinport/accounts": { level: 1, only: ["@twinport/protocol"] },
  "@twinport/channel": { level: 1 },
  "@twinport/storage-s3": { level: 1, only: ["@twinport/protocol", "@twinport/storage"] },
  "@twinport/accounts-sql": { level: 1, only: ["@twinport/protocol", "@twinport/accounts"] },
  "@twinport/server": { level: 2 },
  "@twinport/client": { level: 2 },
  "@twinport/doctor": { level: 3 },
  "@twinport/console": { level: 3, only: ["@twinport/server/observe", "@twinport/doctor"] },
  "@twinport/basic-ftp": { level: 3 },
  "@twinport/daemon": { level: 4 },
  twinport: { level: 5 },
};

const emptyNames = ["utils", "common", "shared", "types", "helpers", "manager", "base"];

const root = fileURLToPath(new URL("..", import.meta.url));
const packagesFolder = join(root, "packages");
const testFolder = join(root, "test");

interface Manifest {
  readonly name: string;
  readonly folder: string;
  readonly dependencies: readonly string[];
}

const manifests: readonly Manifest[] = readdirSync(packagesFolder)
  .map((name) => join(packagesFolder, name))
  .filter((folder) => existsSync(join(folder, "package.json")))
  .map((folder) => {
    const read = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      name: string;
      dependencies?: Record<string, string>;
    };
    return { name: read.name, folder, dependencies: Object.keys(read.dependencies ?? {}) };
  });

interface SourceFile {
  readonly path: string;
  readonly isTest: boolean;
  readonly home: Manifest;
  readonly imports: readonly string[];
}

function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What a file imports: `import … from`, `export … from`, `import "…"`, `import("…")`, also of types. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const clauses = /^\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"'\n]+)["']/gm;
  const bare = /^\s*import\s*["']([^"'\n]+)["']/gm;
  const calls = /\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/g;
  return [clauses, bare, calls].flatMap((form) => [...code.matchAll(form)].map((match) => match[1] ?? ""));
}

const sources: readonly SourceFile[] = manifests.flatMap((home) =>
  filesUnder(join(home.folder, "src"))
    .filter((path) => /\.[cm]?[jt]sx?$/.test(path))
    .map((path) => ({
      path,
      isTest: /\.test\.[jt]sx?$/.test(path),
      home,
      imports: importsOf(readFileSync(path, "utf8")),
    })),
);

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const isInside = (folder: string, path: string): boolean => path === folder || path.startsWith(folder + sep);

/** Why a file of this package must not import this, or undefined when it may. */
function objection(file: { path: string; isTest: boolean; home: Manifest }, specifier: string) {
  const { home, isTest } = file;
  if (specifier.startsWith(".")) {
    const target = resolve(dirname(file.path), specifier);
    if (isInside(join(home.folder, "src"), target)) return undefined;
    if (isTest && isInside(testFolder, target)) return undefined;
    return "reaches out of its package by a relative path";
  }
  const here = map[home.name];
  if (!here) return `${home.name} has no place in the map`;
  const wanted = packageOf(specifier);
  const there = map[wanted];
  if (there) {
    if (wanted === home.name) return "imports its own package by name";
    if (there.level >= here.level && !here.only?.includes(wanted)) {
      return `${home.name} (level ${here.level}) imports ${wanted} (level ${there.level})`;
    }
    if (here.only && !here.only.some((entry) => entry === specifier || (isTest && entry === wanted))) {
      return `${home.name} may import only ${here.only.join(", ")}`;
    }
  } else if (wanted.startsWith("@twinport/")) {
    return `${wanted} has no place in the map`;
  } else if (!isTest && here.anywhere) {
    return `${home.name} takes nothing but itself, so that it also runs in a browser`;
  }
  if (isTest || specifier.startsWith("node:") || home.dependencies.includes(wanted)) return undefined;
  return `${wanted} is not among the dependencies of ${home.name}`;
}

describe("the packages", () => {
  it("are seen by this test", () => {
    expect(manifests.length).toBeGreaterThanOrEqual(7);
    expect(sources.length).toBeGreaterThanOrEqual(manifests.length);
    for (const { name, folder } of manifests) {
      expect(
        sources.some(({ home }) => home.folder === folder),
        `${name} has sources`,
      ).toBe(true);
    }
    expect(
      sources.some(({ imports }) => imports.length > 0),
      "an import was found",
    ).toBe(true);
  });

  it("each have a place in the map", () => {
    expect(manifests.map(({ name }) => name).filter((name) => !(name in map))).toEqual([]);
  });

  it("depend only on what they may import", () => {
    const wrong = manifests.flatMap(({ name, dependencies }) => {
      const here = map[name];
      return dependencies
        .filter((wanted) => {
          const there = map[wanted];
          if (!there || !here) return here?.anywhere ?? false;
          const isNamed = here.only?.some((entry) => packageOf(entry) === wanted);
          return here.only ? !isNamed : there.level >= here.level;
        })
        .map((wanted) => `${name} depends on ${wanted}`);
    });
    expect(wrong).toEqual([]);
  });

  it("import only from lower levels", () => {
    const wrong = sources.flatMap((file) =>
      file.imports.flatMap((specifier) => {
        const why = objection(file, specifier);
        return why ? [`${relative(root, file.path)} imports ${specifier}: ${why}`] : [];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("have no folder and no file whose name says nothing", () => {
    const wrong = [...manifests.map(({ folder }) => join(folder, "src")), testFolder, join(root, "tools")]
      .flatMap(filesUnder)
      .map((path) => relative(root, path))
      .filter((path) => path.split(sep).some((part) => emptyNames.includes(basename(part).split(".")[0] ?? "")));
    expect(wrong).toEqual([]);
  });
});

describe("the map", () => {
  const from = (name: string, isTest = false) => ({
    path: join(packagesFolder, "x", "src", isTest ? "a.test.ts" : "a.ts"),
    isTest,
    home: { name, folder: join(packagesFolder, "x"), dependencies: Object.keys(map) },
  });

  it.each([
    ["@twinport/server", "@twinport/channel"],
    ["@twinport/storage", "@twinport/protocol"],
    ["@twinport/storage-s3", "@twinport/storage"],
    ["@twinport/console", "@twinport/server/observe"],
    ["@twinport/channel", "node:net"],
    ["@twinport/protocol", "./reply/codes.ts"],
    ["twinport", "@twinport/daemon"],
  ])("lets %s import %s", (name, specifier) => {
    expect(objection(from(name), specifier)).toBeUndefined();
  });

  it.each([
    ["@twinport/protocol", "node:buffer"],
    ["@twinport/protocol", "iconv-lite"],
    ["@twinport/protocol", "@twinport/channel"],
    ["@twinport/storage", "@twinport/channel"],
    ["@twinport/storage", "@twinport/accounts"],
    ["@twinport/channel", "@twinport/storage"],
    ["@twinport/server", "@twinport/client"],
    ["@twinport/server", "@twinport/daemon"],
    ["@twinport/console", "@twinport/server"],
    ["@twinport/server", "../../protocol/src/path.ts"],
    ["@twinport/server", "../../../test/testkit/ftp.ts"],
    ["@twinport/server", "@twinport/server"],
    ["@twinport/server", "left-pad"],
    ["@twinport/server", "@twinport/nowhere"],
  ])("keeps %s from importing %s", (name, specifier) => {
    expect(objection(from(name), specifier)).toBeTypeOf("string");
  });

  it("lets a test use the test kit and a test tool", () => {
    expect(objection(from("@twinport/server", true), "../../../test/testkit/ftp.ts")).toBeUndefined();
    expect(objection(from("@twinport/protocol", true), "vitest")).toBeUndefined();
  });
});

describe("imports are found", () => {
  it.each([
    ["of a name", 'import { a } from "x";', ["x"]],
    ["over several lines", 'import {\n  a,\n  type B,\n} from "x";', ["x"]],
    ["of types", 'import type { A } from "x";', ["x"]],
    ["for effect", 'import "x";', ["x"]],
    ["passed on", 'export * from "x";\nexport { a } from "y";', ["x", "y"]],
    ["at run time", 'const a = await import("x");', ["x"]],
    ["in a type", 'let a: import("x").A;', ["x"]],
    ["not in comments", '// import "x";\n/* import "y"; */\n * from "z"', []],
    ["not across statements", 'export const a = 1;\nconst b = { from: "x" };', []],
  ])("%s", (_name, text, found) => {
    expect(importsOf(text)).toEqual(found);
  });
});
