import { upload } from "../upload.ts";
import type { Handler } from "./handler.ts";

/** The end is found when the file is opened, so REST has no say here. */
export const appe: Handler = (session, { path }) => upload(session, { verb: "APPE", path, at: "end" });
