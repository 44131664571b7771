import { ClientError } from "./errors.ts";
import type { TlsWish } from "./options.ts";

/** What an FTP URL says (RFC 1738 §3.2). */
export interface FtpUrl {
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** `ftp:` says nothing of TLS; `ftps:` is implicit, `ftpes:` explicit. */
  readonly tls: TlsWish | undefined;
  /** Seen from the login directory; absolute where the URL's path began with `%2F`. Empty for that directory itself. */
  readonly path: string;
  /** The path ended with a slash. */
  readonly isFolder: boolean;
  /** `;type=a` or `;type=i`. */
  readonly type: "ascii" | "binary" | undefined;
}

const schemes: Readonly<Record<string, TlsWish | undefined>> = {
  "ftp:": undefined,
  "ftps:": "implicit",
  "ftpes:": "explicit",
};

/** Whether a text is meant as an FTP URL. */
export function looksLikeFtpUrl(text: string): boolean {
  return /^ftp(?:s|es)?:\/\//i.test(text);
}

/**
 * Reads an FTP URL: percent-encoded UTF-8, the path relative to the login directory.
 *
 * @throws {ClientError} `url-not-valid`
 */
export function parseFtpUrl(text: string): FtpUrl {
  const refuse = (because: string): ClientError =>
    new ClientError("url-not-valid", { url: JSON.stringify(withoutPassword(text)), because });
  if (!looksLikeFtpUrl(text)) throw refuse("it begins with none of ftp://, ftpes:// and ftps://");
  // eslint-disable-next-line no-control-regex -- finding control characters is the purpose
  if (/[\u0000-\u001f\u007f]/.test(text)) throw refuse("it holds control characters");
  // By hand and not by URL, which takes dots out of paths and changes what is not encoded: a name is what was written.
  const [, scheme = "", authority = "", rest = ""] = /^([a-z]+:)\/\/([^/]*)(.*)$/is.exec(text) ?? [];
  const at = authority.lastIndexOf("@");
  const [user, password] = at === -1 ? [] : splitOnce(authority.slice(0, at), ":");
  const [, path = "", type] = /^\/?(.*?)(?:;type=([aid]))?$/is.exec(rest) ?? [];
  const decode = (part: string): string => {
    let decoded: string;
    try {
      decoded = decodeURIComponent(part);
    } catch {
      throw refuse("its percent signs do not encode UTF-8");
    }
    // eslint-disable-next-line no-control-regex -- what would end a command line
    if (/[\u0000\r\n]/.test(decoded)) throw refuse("it encodes CR, LF or NUL, which no command can hold");
    return decoded;
  };
  const { host, port } = readHost(authority.slice(at + 1), refuse);
  const decoded = decode(path);
  const whole = decoded.length > 1 ? decoded.replace(/(?<=.)\/+$/, "") : decoded;
  return {
    host: decode(host),
    port,
    user: user === undefined || user === "" ? undefined : decode(user),
    password: password === undefined ? undefined : decode(password),
    tls: schemes[scheme.toLowerCase()],
    path: whole,
    isFolder: decoded === "" || decoded.endsWith("/"),
    type:
      type === undefined || type.toLowerCase() === "d" ? undefined : type.toLowerCase() === "a" ? "ascii" : "binary",
  };
}

/** A URL as a message may show it. */
export function withoutPassword(text: string): string {
  // Up to the last @: whoever forgets to encode a slash has still written a password.
  if (text.includes("://")) return text.replace(/^([^:]+:\/\/[^/:@]*):.*@/is, "$1:****@");
  // Also of what is no URL: who leaves the scheme out has still written a password.
  return text.replace(/^((?:s?ftp(?:s|es)?:)?[^:@]*):.*@/is, "$1:****@");
}

function readHost(
  written: string,
  refuse: (because: string) => ClientError,
): { host: string; port: number | undefined } {
  const found = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d{1,5}))?$/.exec(written);
  const host = found?.[1] ?? found?.[2] ?? "";
  if (!found || host === "") throw refuse("it names no host");
  const port = found[3] === undefined ? undefined : Number(found[3]);
  if (port !== undefined && (port < 1 || port > 65_535)) throw refuse("its port is none of 1 to 65535");
  return { host, port };
}

function splitOnce(text: string, by: string): [string, string?] {
  const at = text.indexOf(by);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
