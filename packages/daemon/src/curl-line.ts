import { shellWord } from "./shell-word.ts";
import { isFor } from "./certificates/certificate-facts.ts";
import type { CertificateFacts } from "./certificates/certificate-facts.ts";

/** A certificate that clients are shown, and where it is. */
export interface ShownCertificate {
  readonly file: string;
  readonly facts: CertificateFacts;
}

/** What somebody wants to see with curl. */
export interface CurlWish {
  readonly url: string;
  /** Who logs in; curl asks for a password that is not said. Without, anonymous. */
  readonly user: { readonly name: string; readonly password?: string } | undefined;
  /** TLS is spoken there, with this. */
  readonly certificate?: ShownCertificate;
}

/** The arguments with which curl shows a folder. */
export function curlArguments({ url, user, certificate }: CurlWish): string {
  const named = certificate ? underName(url, certificate.facts) : { url, resolve: [] };
  const whole = user?.password === undefined ? named.url : withLogin(named.url, user.name, user.password);
  return [
    ...(certificate && url.startsWith("ftp:") ? ["--ssl-reqd"] : []),
    // Nobody but this file vouches for it.
    ...(certificate?.facts.isSelfSigned ? ["--cacert", shellWord(certificate.file)] : []),
    ...named.resolve,
    ...(user && user.password === undefined ? ["--user", user.name] : []),
    whole,
  ].join(" ");
}

/** The URL with a name that the certificate is for, and curl told where that is, if it is not for the URL's own. */
function underName(url: string, facts: CertificateFacts): { readonly url: string; readonly resolve: string[] } {
  const [, scheme = "", host = "", port = ""] = /^(\w+):\/\/(.*):(\d+)\/$/.exec(url) ?? [];
  const name = facts.names.find((one) => /^[a-z\d._-]+$/.test(one) && !/^[\d.]+$/.test(one));
  if (name === undefined || isFor(facts, host.replace(/^\[(.*)\]$/, "$1"))) return { url, resolve: [] };
  return { url: `${scheme}://${name}:${port}/`, resolve: ["--resolve", `${name}:${port}:${host}`] };
}

function withLogin(url: string, name: string, password: string): string {
  return url.replace("://", `://${encodeURIComponent(name)}:${encodeURIComponent(password)}@`);
}
