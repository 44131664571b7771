/** What the command says of the server's TLS, in English. */
export const tlsEn = {
  listenTls: "address and port where TLS begins with the first byte (ftps://), as 0.0.0.0:990; repeatable",
  cert: "certificate to show, with what leads to its authority (PEM); taken up again when it is renewed; repeatable",
  key: "its private key (PEM), if it is not in the same file; repeatable, in the order of --tls-cert",
  tls: "whether a login must be protected: off, optional (default, where there is a certificate) or required",
  data: "whether files and lists must be protected: optional (default) or required",
  sessionReuse:
    "data connections take up the TLS session of their command connection: require, prefer (default) or off",
  truncatedUpload: "an upload whose connection ended without the end of TLS: fail (default), or accept it as whole",
  minVersion: "oldest version of TLS: 1.2 (default) or 1.3",
  ciphers: "ciphers, in OpenSSL's words",
  clientCert: "ask clients for a certificate, or require one",
  clientCa: "authorities that sign certificates of clients (PEM)",
  clientLogin:
    "whom a certificate lets in without a password: the account that lists its fingerprint (default), or also the one called as its common-name",
  unknownNames: "clients that ask for a name that no certificate is for: accept them (default), or refuse",
  needsCertificate: (option: string) =>
    `${option} needs a certificate: --tls-cert FILE --tls-key FILE; twinport cert makes one to try with`,
  notPaired: (certs: number, keys: number) =>
    `there are ${certs} --tls-cert and ${keys} --tls-key: each certificate has one key, in the same order, or all have theirs in their own files`,
  offLeavesNone: (option: string) => `--tls off leaves no TLS that ${option} could be for, without --listen-tls`,
  offAndData: "--tls off leaves clients of --listen no TLS: --tls-data required could not be kept there",
  needs: (option: string, other: string) => `${option} needs ${other}`,
  notCiphers: (value: string) => `--tls-ciphers needs ciphers as OpenSSL calls them, not "${value}"`,
};

/** What `twinport cert` says, in English. */
export const certEn = {
  cert: "make a self-signed certificate with its key, for serve --tls-cert",
  names: "host names and IP addresses that it is for (default: localhost, 127.0.0.1, ::1 and this machine's name)",
  out: "folder to write twinport-cert.pem and twinport-key.pem to",
  days: "days for which it is valid",
  bits: "bits of its RSA key",
  force: "replace files that are there",
  json: "as JSON",
  notAName: (name: string) => `${JSON.stringify(name)} is neither a host name nor an IP address`,
  notDays: (value: string) => `--days needs a whole number from 1 to 36500, not "${value}"`,
  isThere: (file: string) => `${file} is there already; --force replaces it`,
  notWritten: (folder: string, why: string) => `cannot write to ${folder}: ${why}`,
  made: (names: string, day: string) => `Made a self-signed certificate for ${names}, valid until ${day}:`,
  certificate: "certificate",
  key: "private key",
  fingerprint: "SHA-256",
  keyPin: "of its key",
  keepSecret: (file: string) => `${file} (for the server alone)`,
  serve: "serve",
  connect: "connect",
  pin: "or pin it",
};
