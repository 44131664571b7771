import { sumVerb } from "../sum-verb.ts";

export const xsha1 = sumVerb("XSHA1", "SHA-1");
