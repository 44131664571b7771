import { upload } from "../upload.ts";
import type { Handler } from "./handler.ts";

export const stor: Handler = (session, { path }) => upload(session, { verb: "STOR", path, at: session.state.offset });
