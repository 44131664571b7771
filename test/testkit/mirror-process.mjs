// Our client's mirror as it is built, in a process of its own that can be killed.
// node mirror-process.mjs '{"server": {…}, "from": …, "to": …, "direction": "up" | "down"}'
import process from "node:process";
import { connectClient, mirror } from "../../packages/client/dist/index.js";

const { server, direction, folder, path } = JSON.parse(process.argv[2] ?? "{}");
const client = await connectClient({ ...server, memory: false });
const here = { kind: "local", path: folder };
const there = { kind: "remote", client, path };
const [from, to] = direction === "up" ? [here, there] : [there, here];
const report = await mirror(from, to, { delete: true, parallel: 3 });
await client.close();
process.stdout.write(JSON.stringify({ isWhole: report.isWhole, transferred: report.transferred }));
