import { parentOf } from "@twinport/protocol";
import { cwd } from "./cwd.ts";
import type { Handler } from "./handler.ts";

export const cdup: Handler = (session, { argument }) => cwd(session, { argument, path: parentOf(session.folder) });
