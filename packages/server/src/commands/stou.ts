import { randomBytes } from "node:crypto";
import { childOf, nameOf, parentOf } from "@twinport/protocol";
import { StorageError } from "@twinport/storage";
import { refusePermission } from "../allowed-path.ts";
import { upload } from "../upload.ts";
import type { Reply, VirtualPath } from "@twinport/protocol";
import type { Handler } from "./handler.ts";

const TRIES = 20;

/**
 * RFC 959 §4.1.3, RFC 1123 §4.1.2.9: a name of its own, told in 150 as `FILE: name`. The storage settles who gets a
 * name: it makes each once, so two sessions never write to the same one.
 */
export const stou: Handler = async (session, { argument, path }) => {
  const wanted = argument === "" ? childOf(session.folder, "upload") : path;
  for (let tried = 0; ; tried++) {
    try {
      return await storeAs(session, tried === 0 && argument !== "" ? wanted : another(wanted));
    } catch (error) {
      const isTaken = error instanceof StorageError && error.code === "exists";
      // Once the data has come, only the client can send it again.
      if (!isTaken || tried === TRIES || !session.data.isAgreed) throw error;
    }
  }
};

async function storeAs(session: Parameters<Handler>[0], path: VirtualPath): Promise<Reply> {
  // A name beside the one that was asked about, or in the folder, may have a rule or a pattern of its own.
  const refused = refusePermission(session.access, "write", path);
  if (refused) return refused;
  return upload(session, { verb: "STOU", path, at: 0, exclusive: true, title: (chosen) => `FILE: ${nameOf(chosen)}` });
}

function another(wanted: VirtualPath): VirtualPath {
  return childOf(parentOf(wanted), `${nameOf(wanted)}.${randomBytes(5).toString("hex")}`);
}
