// servers.md §4.2, line 19: what is installed with us runs nothing at its installation, and comes from where it says.
import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly hasInstallScript?: boolean;
        readonly integrity?: string;
        readonly link?: boolean;
        readonly resolved?: string;
        readonly dev?: boolean;
        readonly dependencies?: Readonly<Record<string, string>>;
      }
    >
  >;
}

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const lock = JSON.parse(readFileSync(at("package-lock.json"), "utf8")) as Lock;
const modules = Object.entries(lock.packages).filter(([path, { link }]) => path.includes("node_modules/") && !link);

test("no dependency that users get runs a script when it is installed", () => {
  expect(modules.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev).map(([path]) => path)).toEqual([]);
});

test("every dependency is held to its bytes, and names no registry", () => {
  expect(modules.filter(([, { integrity }]) => !integrity).map(([path]) => path)).toEqual([]);
  expect(modules.filter(([, { resolved }]) => resolved).map(([path]) => path)).toEqual([]);
});

test("none of our packages runs a script when it is installed, and each names its dependencies exactly", () => {
  for (const name of readdirSync(at("packages"))) {
    const { scripts = {}, dependencies = {} } = JSON.parse(
      readFileSync(at(`packages/${name}/package.json`), "utf8"),
    ) as {
      scripts?: Record<string, string>;
      dependencies?: Record<string, string>;
    };
    expect(Object.keys(scripts).filter((script) => /install|prepare/.test(script))).toEqual([]);
    for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

test("the lock file knows what each of our packages depends on", () => {
  for (const name of readdirSync(at("packages"))) {
    const { dependencies = {} } = JSON.parse(readFileSync(at(`packages/${name}/package.json`), "utf8")) as {
      dependencies?: Record<string, string>;
    };
    expect(lock.packages[`packages/${name}`]?.dependencies ?? {}).toEqual(dependencies);
  }
});

test("users get few packages of others", () => {
  expect(modules.filter(([, { dev }]) => !dev).length).toBeLessThan(40);
});
