import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { describe } from "vitest";

/**
 * A `describe` for tests that need programs of this machine. Where one is absent, the tests are skipped with its name
 * in the title; under CI that is a failure.
 */
export function peer(title: string, programs: readonly string[], body: () => void): void {
  const absent = programs.filter((program) => !isInstalled(program));
  const sentence = absent.length === 0 ? title : `${title}: ${absent.join(" and ")} not installed here`;
  if (absent.length > 0 && process.env["CI"]) throw new Error(`${sentence}; under CI every peer must be there`);
  describe.skipIf(absent.length > 0)(sentence, () => {
    body();
  });
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
