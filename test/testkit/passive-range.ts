import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { PortRange } from "@twinport/channel";

const FIRST = 30_100;
const WIDTH = 30;

const files = readdirSync(new URL("../interop/", import.meta.url))
  .filter((name) => name.endsWith(".test.ts"))
  .sort();

/** A range of passive ports that no other file of test/interop uses; files run side by side. */
export function passiveRange(testUrl: string): PortRange {
  const from = FIRST + files.indexOf(basename(fileURLToPath(testUrl))) * WIDTH;
  return { from, to: from + WIDTH - 1 };
}
