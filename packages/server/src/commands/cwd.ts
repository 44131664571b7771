import { codes, formatQuotedPath, reply } from "@twinport/protocol";
import { StorageError } from "@twinport/storage";
import { refusePermission } from "../allowed-path.ts";
import type { Handler } from "./handler.ts";

export const cwd: Handler = async (session, { path }) => {
  const { kind } = await session.storage.stat(path);
  if (kind !== "directory") {
    // Whoever may not list learns of no file that it is there.
    if (refusePermission(session.access, "list", path))
      throw new StorageError("not-found", { operation: "stat", path });
    return reply(codes.fileUnavailable, "That is not a folder.");
  }
  session.folder = path;
  return reply(codes.actionDone, `Now in ${formatQuotedPath(path)}.`);
};
