import { sumVerb } from "../sum-verb.ts";

export const xsha512 = sumVerb("XSHA512", "SHA-512");
