import { codes, reply, resolvePath } from "@twinport/protocol";
import { permissionPhrases } from "@twinport/accounts";
import type { Access } from "@twinport/accounts";
import type { PathRefusal, Permission, Reply, VirtualPath } from "@twinport/protocol";

/** A path that may be used, or what the client hears instead. */
export type AllowedPath = { readonly path: VirtualPath } | { readonly refused: Reply };

const pathRefusals: Readonly<Record<PathRefusal, Reply>> = {
  empty: reply(codes.badArgument, "A path is needed."),
  "nul-byte": reply(codes.nameNotAllowed, "A name cannot hold NUL."),
  "name-too-long": reply(codes.nameNotAllowed, "A name is longer than 255 bytes."),
  "path-too-long": reply(codes.nameNotAllowed, "The path is longer than 4096 bytes, or deeper than 256 folders."),
};

/** A path as the client wrote it, if it is one and the permission that is needed there is given. */
export function allowPath(
  written: string,
  from: VirtualPath,
  needed: Permission | undefined,
  access: Access,
): AllowedPath {
  const resolved = resolvePath(from, written);
  if (resolved.kind === "refused") return { refused: pathRefusals[resolved.because] };
  const refused = needed && refusePermission(access, needed, resolved.path);
  return refused ? { refused } : { path: resolved.path };
}

/** What the client hears where a permission is missing; undefined where it is not. */
export function refusePermission(access: Access, needed: Permission, path: VirtualPath): Reply | undefined {
  const { allowed, because } = access.decide(needed, path);
  // What is hidden is answered like what is missing: the files that the session sees do not have it.
  if (allowed || (because === "hidden" && access.permissionsAt(path).has(needed))) return undefined;
  return reply(codes.fileUnavailable, `This account may not ${permissionPhrases[needed]} here.`);
}
