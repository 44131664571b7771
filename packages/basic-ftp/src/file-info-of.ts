import { FileInfo, FileType } from "./FileInfo.ts";
import type { RemoteEntry } from "@twinport/protocol";

const types: Readonly<Record<RemoteEntry["kind"], FileType>> = {
  file: FileType.File,
  directory: FileType.Directory,
  link: FileType.SymbolicLink,
  other: FileType.Unknown,
  unknown: FileType.Unknown,
};

/** An entry of a listing in basic-ftp's words, but for the date as the server wrote it. */
export function fileInfo(entry: RemoteEntry): FileInfo {
  const { name, kind, size, modified, mode, owner, group, links, target, unique } = entry;
  const info = new FileInfo(name);
  info.type = types[kind];
  info.size = size ?? 0;
  info.user = owner;
  info.group = group;
  info.hardLinkCount = links;
  info.link = target;
  info.uniqueID = unique;
  if (modified?.zone === "utc") info.modifiedAt = new Date(modified.at);
  if (mode !== undefined) info.permissions = { user: (mode >> 6) & 7, group: (mode >> 3) & 7, world: mode & 7 };
  return info;
}
