import { looksLikeFtpUrl, parseFtpUrl, withoutPassword } from "@twinport/client";
import { UsageError } from "../../usage-error.ts";
import type { FtpUrl } from "@twinport/client";
import type { ClientMessages } from "../../messages/client-en.ts";

/** A URL of the command line. */
export interface RemoteUrl extends FtpUrl {
  /** As it may be shown. */
  readonly shown: string;
}

/**
 * Reads a URL of the command line.
 *
 * @throws {UsageError} for what is meant as none
 * @throws {ClientError} `url-not-valid`
 */
export function remoteUrl(written: string, say: ClientMessages): RemoteUrl {
  if (!looksLikeFtpUrl(written)) throw new UsageError(say.usage.notAUrl(written));
  return { ...parseFtpUrl(written), shown: withoutPassword(written) };
}

/**
 * A URL of something other than the login folder itself.
 *
 * @throws {UsageError}
 */
export function urlWithPath(written: string, say: ClientMessages): RemoteUrl {
  const url = remoteUrl(written, say);
  if (lastNameOf(url.path) === undefined) throw new UsageError(say.usage.noPath(url.shown));
  return url;
}

/** The last name of a path; undefined where it has none of its own. */
export function lastNameOf(path: string): string | undefined {
  const name = path.replace(/\/+$/, "").replace(/^.*\//s, "");
  return name === "" || name === "." || name === ".." ? undefined : name;
}

/** A name in a folder of the server. */
export function inRemoteFolder(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? `${folder}${name}` : `${folder}/${name}`;
}
