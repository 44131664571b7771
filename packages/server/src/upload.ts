import { codes, nameOf, reply } from "@twinport/protocol";
import { asciiSink, imageSink } from "./file-source.ts";
import { refusePermission } from "./allowed-path.ts";
import { statIfThere, unfinishedIfThere } from "./stat-if-there.ts";
import { askTransferHook } from "./transfer-hook.ts";
import type { Reply, Verb, VirtualPath } from "@twinport/protocol";
import type { WritableFile } from "@twinport/storage";
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
  const { verb, at, title = () => "Send it." } = request;
  const { type, range } = session.state;
  const isAscii = type === "ascii";
  if (isAscii && at !== "end" && at > 0) return reply(codes.notImplementedForArgument, "REST is for TYPE I.");
  // A part in the middle of a file cannot be replaced, and the whole is not what was meant.
  if (range) return reply(codes.notImplementedForArgument, "RANG is for RETR and HASH.");
  const planned = await askTransferHook(session, { verb, direction: "receive", path: request.path, offset: at });
  if ("refused" in planned) return planned.refused;
  const { path } = planned;
  if (nameOf(path) === "") return reply(codes.nameNotAllowed, "The root is no file.");
  const opened = await open(session, path, at, request.exclusive ?? false);
  if ("refused" in opened) return opened.refused;
  const { file } = opened;
  return session.undertaking.receive({
    verb,
    path,
    title: title(path),
    sink: isAscii ? asciiSink(file) : imageSink(file),
    commit: () => file.commit(),
    abandon: () => file.abandon(session.services.settings.partialUploads === "keep"),
  });
}

function mayAppend(session: Session, path: VirtualPath): boolean {
  return !refusePermission(session.access, "append", path);
}

type Opened = { readonly file: WritableFile } | { readonly refused: Reply };

/** Opens the file. What the account may not do to a file that stands there is asked only where one may stand there. */
async function open(session: Session, path: VirtualPath, at: number | "end", exclusive: boolean): Promise<Opened> {
  const { storage, umask } = session;
  const options = { owner: session.owner, ...(umask !== undefined && { umask }) };
  if (at === 0) {
    const mayReplace = !refusePermission(session.access, "overwrite", path);
    return { file: await storage.write(path, { at, exclusive: exclusive || !mayReplace, ...options }) };
  }
  const finished = await statIfThere(storage, path);
  const part = finished ? undefined : await unfinishedIfThere(storage, path, session.owner);
  const size = (finished ?? part)?.size ?? 0;
  // Before its size has a say: whoever may change nothing of it could find that out by asking again and again.
  if (finished && !mayAppend(session, path)) {
    const refused = refusePermission(session.access, "overwrite", path);
    if (refused) return { refused };
  }
  if (at !== "end" && at > size) {
    // Bytes that nobody has sent would have to be made up.
    return { refused: reply(codes.restartNotValid, "The file has fewer bytes than REST leaves out.") };
  }
  const cutsOff = at !== "end" && at < size;
  const needed = !finished ? "write" : cutsOff ? "overwrite" : "append";
  const refused = refusePermission(session.access, needed, path);
  if (refused) return { refused };
  // Between the question and the answer another upload may have been finished, about which nothing has been asked.
  return { file: await storage.write(path, { at, ...options, ...(!finished && { expects: "no-finished-file" }) }) };
}
