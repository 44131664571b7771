// Our server as it is built, in a process of its own: what that process has open is the server's alone.
// node server-process.mjs FOLDER FROM TO, with a channel to whoever started it.
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { diskStorage } from "@twinport/storage";

const [folder = "", from, to] = process.argv.slice(2);

const server = await createServer({
  accounts: singleAccount({ name: "ann", password: "secret" }),
  storage: diskStorage(folder),
  passive: { ports: { from: Number(from), to: Number(to) } },
}).listen();

/** What kind of thing each descriptor is; `socket:[123]` is a socket. */
function descriptors() {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`).replace(/:.*/, "")];
    } catch {
      return []; // The one that reads the folder.
    }
  });
}

process.on("message", () => process.send?.({ usage: server.usage, descriptors: descriptors().sort() }));
process.on("disconnect", () => process.exit());
process.send?.({ port: server.bound[0]?.port });
