import { chmod } from "./chmod.ts";
import { doctor } from "./doctor.ts";
import { idle } from "./idle.ts";
import { umask } from "./umask.ts";
import { utime } from "./utime.ts";
import { who } from "./who.ts";
import type { BuiltInSiteVerb } from "./verb.ts";

/** The verbs of SITE; HELP is the one that lists them. */
export const builtInSiteVerbs: ReadonlyMap<string, BuiltInSiteVerb> = new Map(
  Object.entries({ CHMOD: chmod, DOCTOR: doctor, IDLE: idle, UMASK: umask, UTIME: utime, WHO: who }),
);
