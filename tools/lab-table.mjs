// What comes through where: the topologies of test/lab × clients with their default settings, as a table in Markdown.
//
//   node tools/lab-table.mjs [--clients twinport,curl,lftp,ncftp] [--all] [--only TEXT] [--seconds 25]
//
// It needs root, and what test/lab needs. A client has the seconds of a cell for a download and an upload together.
import { fileURLToPath } from "node:url";
import process from "node:process";
import { parseArgs } from "node:util";
import { createViteServer } from "vitest/node";

const { values: flags } = parseArgs({
  options: {
    clients: { type: "string", default: "twinport,curl,lftp,ncftp" },
    all: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    seconds: { type: "string", default: "25" },
  },
});

// What runs when a process exits removes the namespaces.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

// The lab is TypeScript, which Node 20 does not read by itself.
const vite = await createViteServer({
  root: fileURLToPath(new URL("..", import.meta.url)),
  configFile: false,
  appType: "custom",
  logLevel: "warn",
  oxc: { target: "node20" },
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
});
try {
  const { table } = /** @type {{ table: typeof import("../test/lab/table.ts").table }} */ (
    await vite.ssrLoadModule("/test/lab/table.ts")
  );
  const markdown = await table({
    clients: flags.clients.split(","),
    all: flags.all,
    only: flags.only,
    seconds: Number(flags.seconds),
    progress: (/** @type {string} */ text) => console.error(text),
  });
  console.log(markdown);
} finally {
  await vite.close();
}
process.exit();
