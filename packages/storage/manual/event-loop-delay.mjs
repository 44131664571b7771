// How long the event loop stands still while much is done on a disk: node packages/storage/manual/event-loop-delay.mjs
// after `npm run build`. It prints the longest delay of each act, and makes its files below the folder for temporary ones.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import { virtualPath as at } from "@twinport/protocol";
import { diskStorage, usageLedger } from "@twinport/storage";

const ENTRIES = Number(process.argv[2] ?? 100_000);
const GIB = 2 ** 30;

const root = fs.mkdtempSync(path.join(os.tmpdir(), "twinport-delay-"));
fs.mkdirSync(path.join(root, "many"));
for (let i = 0; i < ENTRIES; i++) fs.writeFileSync(path.join(root, "many", `file-${i}`), "x");

/** Writes a file that has its blocks. */
function large(name) {
  const descriptor = fs.openSync(path.join(root, name), "w");
  const part = Buffer.alloc(2 ** 24, 1);
  for (let i = 0; i < (2 * GIB) / part.length; i++) fs.writeSync(descriptor, part);
  fs.fsyncSync(descriptor);
  fs.closeSync(descriptor);
}

async function measure(title, act) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.enable();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  await act();
  const took = performance.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 50));
  delay.disable();
  console.log(`${title}: ${took.toFixed(0)} ms, longest delay ${(delay.max / 1e6).toFixed(1)} ms`);
}

const storage = diskStorage(root);
const atomic = diskStorage(root, { atomic: {} });
const put = async (to, name, begin) => {
  const upload = await to.write(at(name), { at: begin });
  await upload.write(Buffer.from("x"));
  await upload.commit();
};
try {
  for (const wanted of ["facts", "names"]) {
    await measure(`list of ${ENTRIES} entries, ${wanted}`, async () => {
      let seen = 0;
      for await (const batch of storage.list(at("/many"), wanted)) seen += batch.length;
      if (seen !== ENTRIES) throw new Error(`${seen} entries`);
    });
  }
  await measure(`count of ${ENTRIES} files for a quota`, () => usageLedger(atomic).usage());
  large("a");
  await measure("removal of 2 GiB", () => storage.removeFile(at("/a")));
  large("b");
  await measure("atomic replacing of 2 GiB", () => put(atomic, "/b", 0));
  large("c");
  await measure("overwriting of 2 GiB in place", () => put(storage, "/c", 0));
  large("d");
  await measure("atomic append to 2 GiB, by a copy", () => put(atomic, "/d", "end"));
} finally {
  fs.rmSync(root, { recursive: true });
}
