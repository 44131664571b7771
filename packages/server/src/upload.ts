import { codes, nameOf, reply } from "@twinport/protocol";
import { asciiSink, imageSink } from "./file-source.ts";
import { statIfThere } from "./stat-if-there.ts";
import { askTransferHook } from "./transfer-hook.ts";
import type { Reply, Verb, VirtualPath } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** What STOR, APPE and STOU differ in. */
export interface UploadRequest {
  readonly verb: Verb;
  readonly path: VirtualPath;
  readonly at: number | "end";
  readonly exclusive?: boolean;
  /** What 150 says of the path, which a hook may have chosen. */
  readonly title?: (path: VirtualPath) => string;
}

/** Receives a file. Nothing of an existing one is lost before the first byte of the new one has come. */
export async function upload(session: Session, request: UploadRequest): Promise<Reply> {
  const { verb, at, exclusive = false, title = () => "Send it." } = request;
  const { type } = session.state;
  const isAscii = type === "ascii";
  if (isAscii && at !== "end" && at > 0) return reply(codes.notImplementedForArgument, "REST is for TYPE I.");
  const planned = await askTransferHook(session, { verb, direction: "receive", path: request.path, offset: at });
  if ("refused" in planned) return planned.refused;
  const { path } = planned;
  if (nameOf(path) === "") return reply(codes.nameNotAllowed, "The root is no file.");
  if (at !== "end" && at > 0 && at > ((await statIfThere(session.storage, path))?.size ?? 0)) {
    // Bytes that nobody has sent would have to be made up.
    return reply(codes.restartNotValid, "The file has fewer bytes than REST leaves out.");
  }
  const file = await session.storage.write(path, { at, exclusive });
  return session.receiveFile({
    verb,
    path,
    title: title(path),
    sink: isAscii ? asciiSink(file) : imageSink(file),
    commit: () => file.commit(),
    abandon: () => file.abandon(session.services.settings.partialUploads === "keep"),
  });
}
