import { sumVerb } from "../sum-verb.ts";

export const xsha = sumVerb("XSHA", "SHA-1");
