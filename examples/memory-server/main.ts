// An FTP server in ten lines: files in memory, one account, active and passive mode.
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { singleAccount } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { memoryStorage } from "@twinport/storage";
import type { ListenOptions, PassiveOptions, Server } from "@twinport/server";

/** Starts the server. `port: 0` takes any free port; `server.url` says which. */
export function start(listen: ListenOptions = { port: 2121 }, passive: PassiveOptions = {}): Promise<Server> {
  return createServer({
    accounts: singleAccount({ name: "ann", password: "secret" }),
    storage: memoryStorage({ files: { "/hello.txt": "hello, world\n" } }),
    passive,
  }).listen(listen);
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const server = await start();
  console.log(`Try: curl --user ann:secret ${server.url}hello.txt`);
}
