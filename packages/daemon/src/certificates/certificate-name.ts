import { domainToASCII } from "node:url";
import { parseIp } from "@twinport/protocol";

/** What a certificate can be for. */
export interface CertificateName {
  readonly kind: "host" | "address";
  /** As the certificate has it: a host in ASCII, an address in its shortest form. */
  readonly text: string;
}

/** Reads a host name (`ftp.example.com`, `*.example.com`, `服务器.example`) or an IP address; undefined for anything else. */
export function parseCertificateName(written: string): CertificateName | undefined {
  const address = parseIp(written.replace(/^\[(.*)\]$/, "$1"));
  if (address) return { kind: "address", text: address.text };
  const [, star = "", host = ""] = /^(\*\.)?([^\s/?#@:[\]\\%]+?)\.?$/.exec(written) ?? [];
  const ascii = domainToASCII(host);
  const labels = ascii.split(".");
  const isHost = ascii.length <= 253 && labels.every((label) => /^(?!-)[a-z\d_-]{1,63}(?<!-)$/.test(label));
  // A last label of digits is an address that was misspelt.
  if (!isHost || /^\d+$/.test(labels.at(-1)!)) return undefined;
  return { kind: "host", text: star + ascii };
}
