import { LocalProtocolError } from "./errors.ts";

declare const normalised: unique symbol;

/** An absolute path as protocol, permissions and storage see it: `/`, or `/name/name`, without `.`, `..` or NUL. */
export type VirtualPath = string & { readonly [normalised]: true };

/** The folder that a session sees as the top. */
export const ROOT = "/" as VirtualPath;

/** Bytes that one name may have in UTF-8: NAME_MAX of every file system in use. */
export const MAX_NAME_BYTES = 255;

/** Bytes that a whole path may have in UTF-8: PATH_MAX. */
export const MAX_PATH_BYTES = 4096;

/** Folders that a path may go down: far more than anybody's, and few enough to be walked in a moment. */
export const MAX_PATH_DEPTH = 256;

/** Why a path is refused. */
export type PathRefusal = "empty" | "nul-byte" | "name-too-long" | "path-too-long";

/** What {@link resolvePath} makes of a path. */
export type ResolvedPath =
  | { readonly kind: "path"; readonly path: VirtualPath }
  | { readonly kind: "refused"; readonly because: PathRefusal };

/**
 * The one normaliser: what the client wrote, seen from the folder it is in. `..` at the top stays at the top
 * (RFC 959 says nothing; every server does). The result is a name, not a promise that nothing links out of the root:
 * that is storage's to check, on the opened handle.
 */
export function resolvePath(from: VirtualPath, written: string): ResolvedPath {
  if (written === "") return { kind: "refused", because: "empty" };
  if (written.includes("\0")) return { kind: "refused", because: "nul-byte" };
  const names = written.startsWith("/") ? [] : namesOf(from);
  for (const name of written.split("/")) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      names.pop();
      continue;
    }
    if (utf8Length(name) > MAX_NAME_BYTES) return { kind: "refused", because: "name-too-long" };
    names.push(name);
  }
  const path = `/${names.join("/")}`;
  if (names.length > MAX_PATH_DEPTH || utf8Length(path) > MAX_PATH_BYTES)
    return { kind: "refused", because: "path-too-long" };
  return { kind: "path", path: path as VirtualPath };
}

/**
 * A path that our own code writes, absolute or seen from the root.
 *
 * @throws {LocalProtocolError} `path-not-valid`
 */
export function virtualPath(written: string): VirtualPath {
  const resolved = resolvePath(ROOT, written);
  if (resolved.kind === "refused") throw new LocalProtocolError("path-not-valid", { because: resolved.because });
  return resolved.path;
}

/** The names on the way from the root to the path; none for the root. */
export function namesOf(path: VirtualPath): string[] {
  return path === ROOT ? [] : path.slice(1).split("/");
}

/** The folder that holds the path; the root for the root. */
export function parentOf(path: VirtualPath): VirtualPath {
  const slash = path.lastIndexOf("/");
  return (slash <= 0 ? "/" : path.slice(0, slash)) as VirtualPath;
}

/** The last name of the path; empty for the root. */
export function nameOf(path: VirtualPath): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A name in a folder. The name must be one that a listing gave: not empty, no slash. */
export function childOf(folder: VirtualPath, name: string): VirtualPath {
  return (folder === ROOT ? `/${name}` : `${folder}/${name}`) as VirtualPath;
}

/** Whether a path is the folder itself or lies somewhere below it. */
export function isWithin(folder: VirtualPath, path: VirtualPath): boolean {
  return folder === ROOT || path === folder || path.startsWith(`${folder}/`);
}

/**
 * A name or path as a file system sees it that takes letters for each other: whatever their case, and however their
 * accents are composed (macOS, Windows, and some mounts). It rather takes too much for the same than too little.
 */
export function foldNames(text: string): string {
  // By way of upper case: it has more letters that become the same (ß and ss, ſ and s), and ẞ must be ß before it. A sigma
  // is another one at the end of a word, and a pattern may end where the name does not.
  const cased = text.normalize("NFD").toLowerCase().toUpperCase().toLowerCase();
  return cased.replaceAll("ς", "σ").normalize("NFC");
}

function utf8Length(text: string): number {
  // Up to three bytes a UTF-16 unit: only what may be too long is really counted.
  if (text.length * 3 <= MAX_NAME_BYTES) return text.length;
  return new TextEncoder().encode(text).length;
}
