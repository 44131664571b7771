// Our server as it is built, under load: it tells what it has open, and ends by itself when it is told to close.
// node --expose-gc soak-server.mjs '{"folders": {"ann": …, "bob": …, "eve": …}, "ports": …, "tls": …}', with a channel.
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { allPermissions } from "@twinport/accounts";
import { systemClock } from "@twinport/channel";
import { createServer } from "@twinport/server";
import { StorageError, diskStorage } from "@twinport/storage";

const { folders, ports, tls } = JSON.parse(process.argv[2] ?? "{}");

/** Timers of the server that have neither run nor been called off. */
let timers = 0;
const clock = {
  now: () => systemClock.now(),
  after(milliseconds, run) {
    let stands = false;
    let isCalledOff = false;
    const stand = (does) => {
      if (stands !== does) timers += does ? 1 : -1;
      stands = does;
    };
    const timer = systemClock.after(milliseconds, () => {
      stand(false);
      run();
    });
    stand(true);
    return {
      refresh() {
        timer.refresh();
        // One that was called off stays so.
        stand(!isCalledOff);
      },
      cancel() {
        isCalledOff = true;
        timer.cancel();
        stand(false);
      },
    };
  },
};

const broken = (operation, path) => {
  throw new StorageError("io-failed", { operation, path });
};

/** Opened files whose name says at which act they fail: `fails-write.bin`; `fails-commit.bin`. */
let openedByEve = 0;
function failing(inner) {
  const fails = (path, act) => path.includes(`fails-${act}`);
  const acts = {
    async read(path) {
      if (fails(path, "open")) broken("read", path);
      const file = await inner.read(path);
      openedByEve++;
      return {
        size: file.size,
        modified: file.modified,
        readInto: (buffer, at) => (at > 0 && fails(path, "read") ? broken("read", path) : file.readInto(buffer, at)),
        close() {
          openedByEve--;
          return file.close();
        },
      };
    },
    async write(path, options) {
      if (fails(path, "open")) broken("write", path);
      const file = await inner.write(path, options);
      openedByEve++;
      let written = 0;
      return {
        start: file.start,
        write(bytes) {
          if (written > 0 && fails(path, "write")) broken("write", path);
          written += bytes.length;
          return file.write(bytes);
        },
        async commit() {
          openedByEve--;
          if (!fails(path, "commit")) return file.commit();
          await file.abandon(false);
          return broken("write", path);
        },
        abandon(keep) {
          openedByEve--;
          return file.abandon(keep);
        },
      };
    },
  };
  return new Proxy(inner, {
    get(target, name) {
      if (name in acts) return acts[name];
      // The descriptor would go past what fails here.
      if (name === "features") return new Set([...target.features].filter((one) => one !== "descriptor"));
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

const disks = {
  ann: diskStorage(folders.ann, { atomic: {} }),
  bob: diskStorage(folders.bob),
  eve: diskStorage(folders.eve),
};
const storages = { ...disks, eve: failing(disks.eve) };

const server = createServer({
  accounts: {
    verify: ({ name, password }) =>
      password === "secret" && Object.hasOwn(storages, name)
        ? { kind: "accepted", account: { name, permissions: allPermissions, storage: storages[name] } }
        : { kind: "refused", because: "wrong-password" },
  },
  passive: { ports },
  active: { sourcePort: "any" },
  limits: { loginSeconds: 8, offerSeconds: 3, stallSeconds: 20, idleSeconds: 40 },
  clock,
  tls: { certificates: [tls], handshakeSeconds: 5 },
});

const warnings = {};
const failures = [];
/** What the load brings about. */
const usual = ["storage-failed", "login-banned", "passive-port-busy", "tls-failed", "foreign-protocol"];
server.on("warning", (warning) => {
  warnings[warning.code] = (warnings[warning.code] ?? 0) + 1;
  if (!usual.includes(warning.code))
    failures.push(`${warning.code}: ${warning.error?.stack ?? JSON.stringify(warning)}`);
});
let sessions = 0;
server.on("session-opened", () => sessions++);
const transfers = {};
server.on("transfer-finished", ({ code }) => (transfers[code] = (transfers[code] ?? 0) + 1));

await server.listen();
await server.listen({ tls: "implicit" });

/** What kind of thing each descriptor is, and how many there are of it. */
function descriptors() {
  const kinds = {};
  for (const name of readdirSync("/proc/self/fd")) {
    try {
      const led = readlinkSync(`/proc/self/fd/${name}`);
      // A file by its name: one too many says whose it is.
      const kind = led.startsWith("/") ? led : led.replace(/:\[?\d+\]?$/, "");
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch {
      // The one that reads the folder.
    }
  }
  return kinds;
}

async function look() {
  for (let times = 0; times < 4; times++) {
    await turn();
    globalThis.gc();
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo().sort();
  const counts = { sessions, transfers, warnings, failures };
  return {
    rss,
    heapUsed,
    external,
    usage: server.usage,
    timers,
    openedByEve,
    descriptors: descriptors(),
    resources,
    ...counts,
  };
}

const orphaned = () => process.exit(1);
process.on("disconnect", orphaned);
process.on("message", async ({ asked, number }) => {
  if (asked === "look") process.send({ number, answer: await look() });
  else {
    await server.close();
    for (const disk of Object.values(disks)) disk[Symbol.dispose]();
    // When our parent lets go of this channel too, nothing may keep the process alive.
    process.off("disconnect", orphaned);
    process.send({ number, answer: { timers, resources: process.getActiveResourcesInfo().sort() } });
  }
});
process.send({ number: 0, answer: { ports: server.bound.map(({ port }) => port) } });
