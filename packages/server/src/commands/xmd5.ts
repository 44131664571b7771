import { sumVerb } from "../sum-verb.ts";

export const xmd5 = sumVerb("XMD5", "MD5");
