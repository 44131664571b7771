import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A certificate with its key, PEM. */
export interface MadeCertificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256, as Node writes it. */
  readonly fingerprint: string;
}

/** What a certificate says. */
export interface CertificateWish {
  readonly commonName: string;
  /** As OpenSSL has them: `DNS:files.example.org,IP:127.0.0.1`. */
  readonly names?: string;
  /** Its last moment (default: far away). */
  readonly until?: string;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
const config =
  "[ca]\ndefault_ca=d\n[d]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=p\n" +
  "copy_extensions=copy\nunique_subject=no\n[p]\nCN=supplied\n";

/** An authority of one test, and what it signs. */
export class TestAuthority {
  readonly cert: string;
  readonly #folder: string;
  #made = 0;

  constructor(name = "Test authority") {
    this.#folder = mkdtempSync(path.join(tmpdir(), "twinport-ca-"));
    process.once("exit", () => rmSync(this.#folder, { recursive: true, force: true }));
    writeFileSync(path.join(this.#folder, "ca.cnf"), config);
    writeFileSync(path.join(this.#folder, "index"), "");
    this.#openssl("req", "-x509", ...newKey, ...files("ca"), "-subj", `/CN=${name}`, "-days", "30");
    this.cert = this.#read("ca").cert;
  }

  /** A certificate that this authority has signed. */
  sign({ commonName, names, until = "21000101000000Z" }: CertificateWish): MadeCertificate {
    const name = `one-${++this.#made}`;
    const extension = names === undefined ? [] : ["-addext", `subjectAltName=${names}`];
    const request = path.join(this.#folder, `${name}.csr`);
    const subject = ["-subj", `/CN=${commonName}`];
    this.#openssl("req", ...newKey, "-keyout", `${name}.key`, "-out", request, ...subject, ...extension);
    const dates = ["-startdate", "20200101000000Z", "-enddate", until];
    const authority = ["-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key"];
    this.#openssl("ca", "-batch", "-notext", ...authority, "-in", request, "-out", `${name}.pem`, ...dates);
    return this.#read(name);
  }

  #openssl(...args: string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: "pipe" });
  }

  #read(name: string): MadeCertificate {
    const cert = readFileSync(path.join(this.#folder, `${name}.pem`), "utf8");
    const key = readFileSync(path.join(this.#folder, `${name}.key`), "utf8");
    return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
  }
}

function files(name: string): string[] {
  return ["-keyout", `${name}.key`, "-out", `${name}.pem`];
}

let authority: TestAuthority | undefined;
let certificate: MadeCertificate | undefined;

/** The authority of this process's tests; it is made when it is first asked for. */
export function testAuthority(): TestAuthority {
  return (authority ??= new TestAuthority());
}

/** A server's certificate for the loopback address. */
export function serverCertificate(): MadeCertificate {
  return (certificate ??= testAuthority().sign({ commonName: "localhost", names: "DNS:localhost,IP:127.0.0.1" }));
}
