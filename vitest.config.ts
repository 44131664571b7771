import process from "node:process";
import { defineConfig } from "vitest/config";

// Tests run on src with no build: the packages' exports name their sources under this condition.
const conditions = ["@twinport/source"];
const underCi = Boolean(process.env["CI"]);
const report = process.env["TWINPORT_TEST_REPORT"];

const seconds = (count: number): number => count * 1000;

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
  },
  { name: "fuzz", include: ["fuzz/**/*.test.ts"], timeout: seconds(120) },
  { name: "interop", include: ["test/interop/**/*.test.ts"], timeout: seconds(120) },
  { name: "endurance", include: ["test/endurance/**/*.test.ts"], timeout: seconds(120) },
  { name: "e2e", include: ["test/e2e/**/*.test.ts"], timeout: seconds(120) },
  // After the others and one file at a time: it measures seconds, and a file builds several labs side by side.
  { name: "lab", include: ["test/lab/**/*.test.ts"], timeout: seconds(120), alone: true },
];

export default defineConfig({
  test: {
    // A run that found no test at all is a failure under CI, and so is a forgotten `.only`.
    passWithNoTests: !underCi,
    allowOnly: !underCi,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    projects: projects.map(({ name, include, timeout, alone = false }) => ({
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
        ...(alone && { maxWorkers: 1, sequence: { groupOrder: 1 } }),
      },
    })),
  },
});
