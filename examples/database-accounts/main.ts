// Accounts come from a database, and each account has files of its own. A hook keeps suspended customers out, and
// SITE PLAN tells a customer what it has bought.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { realpathSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { allPermissions } from "@twinport/accounts";
import { createServer } from "@twinport/server";
import { memoryStorage } from "@twinport/storage";
import type { Accounts } from "@twinport/accounts";
import type { ListenOptions, PassiveOptions, Server } from "@twinport/server";
import type { Storage } from "@twinport/storage";

interface Customer {
  readonly salt: Buffer;
  readonly hash: Buffer;
  readonly plan: string;
  readonly isSuspended: boolean;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

async function customer(password: string, plan: string, isSuspended = false): Promise<Customer> {
  const salt = randomBytes(16);
  return { salt, hash: await derive(password, salt, 32), plan, isSuspended };
}

// Stands for the table and the query of a real database.
const table = new Map([
  ["ann", await customer("ann's secret", "large")],
  ["bob", await customer("bob's secret", "small")],
  ["eve", await customer("eve's secret", "small", true)],
]);
const find = async (name: string): Promise<Customer | undefined> => table.get(name);

// Where nobody has the name a password is checked all the same: the time that it takes tells nothing.
const nobody = await customer("", "none");

/** Starts the server. */
export function start(listen: ListenOptions = { port: 2121 }, passive: PassiveOptions = {}): Promise<Server> {
  // One storage an account, made once: two sessions of one customer see the same files.
  const storages = new Map<string, Storage>();
  const storageOf = (name: string): Storage => {
    const storage =
      storages.get(name) ?? memoryStorage({ files: { "/README.txt": `These are the files of ${name}.\n` } });
    storages.set(name, storage);
    return storage;
  };

  // A wrong password is a value; only a database that is down may throw.
  const accounts: Accounts<Storage> = {
    async verify({ name, password }) {
      const found = await find(name);
      const { salt, hash } = found ?? nobody;
      const isRight = timingSafeEqual(hash, await derive(password, salt, 32));
      if (!found) return { kind: "refused", because: "unknown-name" };
      if (!isRight) return { kind: "refused", because: "wrong-password" };
      return { kind: "accepted", account: { name, permissions: allPermissions, storage: storageOf(name) } };
    },
  };

  return createServer({
    accounts,
    passive,
    hooks: {
      async login({ account }) {
        const found = await find(account.name);
        return found?.isSuspended ? { refuse: "This account is suspended; please call us." } : undefined;
      },
    },
    site: {
      PLAN: {
        syntax: "",
        run: async (_argument, session) => `Your plan is ${(await find(session.account ?? ""))?.plan ?? "none"}.`,
      },
    },
  }).listen(listen);
}

if (realpathSync(process.argv[1] ?? ".") === fileURLToPath(import.meta.url)) {
  const server = await start();
  console.log(`Try: curl --user "ann:ann's secret" ${server.url}README.txt`);
}
