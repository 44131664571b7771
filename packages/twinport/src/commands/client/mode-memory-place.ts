import path from "node:path";
import { fileModeMemory } from "@twinport/client";
import { homeOf } from "./home.ts";
import type { FileModeMemory } from "@twinport/client";

/** The folder in which the command keeps what it can do without. */
export function cacheFolderOf(environment: NodeJS.ProcessEnv): string {
  const told = environment["XDG_CACHE_HOME"];
  // What is not absolute is to be ignored (XDG Base Directory Specification).
  const base = told !== undefined && path.isAbsolute(told) ? told : path.join(homeOf(environment), ".cache");
  return path.join(base, "twinport");
}

/** Where the command remembers which mode works between which places. */
export function modeMemoryOf(environment: NodeJS.ProcessEnv): FileModeMemory {
  return fileModeMemory(path.join(cacheFolderOf(environment), "modes.json"));
}
