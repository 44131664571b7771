import process from "node:process";
import { defineConfig } from "vitest/config";

// Tests run on src with no build: the packages' exports name their sources under this condition.
const conditions = ["@twinport/source"];
const underCi = Boolean(process.env["CI"]);
const report = process.env["TWINPORT_TEST_REPORT"];

const seconds = (count: number): number => count * 1000;

/** One file at a time, when the groups before it are done. */
const alone = (groupOrder: number) => ({ maxWorkers: 1, sequence: { groupOrder } });

// Two cores: what only computes and waits runs two files side by side, what measures or loads the machine runs alone.
const projects = [
  {
    name: "unit",
    include: [
      "packages/*/src/**/*.test.ts",
      "test/*.test.ts",
      "test/{hostile,transcripts,odd-servers}/*.test.ts",
      "examples/**/*.test.ts",
    ],
    timeout: seconds(20),
    side: { maxWorkers: 2, sequence: { groupOrder: 0 } },
  },
  { name: "fuzz", include: ["fuzz/**/*.test.ts"], timeout: seconds(120), side: alone(1) },
  { name: "interop", include: ["test/interop/**/*.test.ts"], timeout: seconds(120), side: alone(2) },
  { name: "endurance", include: ["test/endurance/**/*.test.ts"], timeout: seconds(120), side: alone(3) },
  {
    name: "e2e",
    include: ["test/e2e/**/*.test.ts"],
    timeout: seconds(120),
    side: { maxWorkers: 2, sequence: { groupOrder: 4 } },
  },
  // It measures seconds, and a file builds several labs side by side.
  { name: "lab", include: ["test/lab/**/*.test.ts"], timeout: seconds(120), side: alone(5) },
];

export default defineConfig({
  test: {
    // A run that found no test at all is a failure under CI, and so is a forgotten `.only`.
    passWithNoTests: !underCi,
    allowOnly: !underCi,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    projects: projects.map(({ name, include, timeout, side }) => ({
      // Node 20 cannot parse `await using`; the transform writes it out.
      oxc: { target: "node20" },
      resolve: { conditions },
      ssr: { resolve: { conditions, externalConditions: conditions } },
      test: {
        name,
        include,
        environment: "node",
        pool: "forks",
        testTimeout: timeout,
        hookTimeout: timeout,
        ...side,
      },
    })),
  },
});
