import { MAX_NAME_BYTES, isNameInFolder } from "@twinport/protocol";
import process from "node:process";
import type { MirrorProblemCode } from "./mirror-problem.ts";

/** Names that Windows keeps for devices, with whatever extension. */
const devices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:[ .:].*|)$/i;

// eslint-disable-next-line no-control-regex -- which are what it is about
const notOnWindows = /[\u0000-\u001f<>:"/\\|?*]|[. ]$/;

/** Why a name from a server cannot be one of this machine; undefined where it can. */
export function objectionToName(
  name: string,
  platform: NodeJS.Platform = process.platform,
): MirrorProblemCode | undefined {
  if (!isNameInFolder(name)) return "name-not-valid";
  // What it was before it became text nobody knows, and so it cannot be asked for.
  if (name.includes("\uFFFD")) return "name-not-text";
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return "name-not-writable";
  if (platform === "win32" && (notOnWindows.test(name) || devices.test(name))) return "name-not-writable";
  return undefined;
}

/** Why a name of this machine cannot be said to a server; undefined where it can. */
export function objectionToSending(name: string): MirrorProblemCode | undefined {
  if (name.includes("\uFFFD")) return "name-not-text";
  return isNameInFolder(name) ? undefined : "name-not-sendable";
}
