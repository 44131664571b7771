import { sumVerb } from "../sum-verb.ts";

export const xsha256 = sumVerb("XSHA256", "SHA-256");
