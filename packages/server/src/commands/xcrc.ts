import { sumVerb } from "../sum-verb.ts";

export const xcrc = sumVerb("XCRC", "CRC32");
