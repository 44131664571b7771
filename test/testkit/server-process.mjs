// Our server as it is built, in a process of its own: what that process has open is the server's alone.
// node server-process.mjs '{"folder": …, "ports": …, "atomic": …, "quota": …, "tls": …}', with a channel to whoever started it.
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { diskStorage, quotaStorage } from "@twinport/storage";

const { folder, ports = "any", atomic, quota, limits, tls } = JSON.parse(process.argv[2] ?? "{}");

const disk = diskStorage(folder, atomic ? { atomic: {} } : {});
const counting = quota && quotaStorage(disk, quota);
const server = await createServer({
  accounts: singleAccount({ name: "ann", password: "secret" }),
  storage: counting ?? disk,
  passive: { ports },
  active: { sourcePort: "any" },
  ...(limits && { limits }),
  ...(tls && { tls }),
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

process.on("message", async () => {
  const counted = await counting?.usage();
  process.send?.({
    usage: server.usage,
    descriptors: descriptors().sort(),
    counted,
    room: server.room,
    dataByTls: server.dataByTls,
  });
});
process.on("disconnect", () => process.exit());
process.send?.({ port: server.bound[0]?.port });
