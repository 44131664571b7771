import { spawnSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { twinport } from "./daemon.ts";
import type { Lab, Run } from "./lab.ts";
import type { Variant } from "./topology.ts";

/** A client with its default settings; each act is one run of it on the client's host. */
export interface Client {
  readonly name: string;
  readonly get: Act;
  readonly put: Act;
  /** Why it cannot be asked for a variant at all. */
  readonly lacks?: (variant: Variant) => string | undefined;
}

/** Fetches the server's file as `local`, or puts the lab's file as `remote` into the server's folder. */
type Act = (lab: Lab, variant: Variant, name: string, timeout: number) => Promise<Run>;

/** Where a file of the server's folder is. */
function url({ server }: Lab, name: string): string {
  const host = server.address.includes(":") ? `[${server.address}]` : server.address;
  return `ftp://${server.user}:${server.password}@${host}:${server.port}/${server.folder}/${name}`;
}

/** Our command. Each run has a home of its own, so none knows what worked before. */
export async function ours(
  lab: Lab,
  { tls }: Variant,
  args: readonly string[],
  timeout: number,
  name: string,
): Promise<Run> {
  const home = join(lab.home, `home-${name}`);
  await mkdir(home, { recursive: true });
  const security = tls === "explicit" ? ["--tls", "explicit", "--insecure"] : [];
  const [verb = "", ...rest] = args;
  return lab.client.run(process.execPath, [twinport, verb, ...security, ...rest], { timeout, env: { HOME: home } });
}

/** The arguments of our command for the two acts. */
export const oursGet = (lab: Lab, local: string): string[] => ["get", url(lab, "file.bin"), local];
export const oursPut = (lab: Lab, remote: string): string[] => ["put", lab.file, url(lab, remote)];

let hasGet: boolean | undefined;

/** Whether what is built has the command `get` yet. */
export const canOurs = (): boolean => (hasGet ??= looksForGet());

function looksForGet(): boolean {
  const { stdout } = spawnSync(process.execPath, [twinport, "--help"], { encoding: "utf8", timeout: 20_000 });
  return /^ {2}get\b/m.test(stdout);
}

const curlTls = ({ tls }: Variant): string[] => (tls === "explicit" ? ["--ssl-reqd", "--insecure"] : []);

const lftp = (lab: Lab, { tls }: Variant, command: string, timeout: number): Promise<Run> => {
  const { address, port, user, password } = lab.server;
  const host = address.includes(":") ? `[${address}]` : address;
  const security = tls === "explicit" ? ["set ftp:ssl-force yes", "set ssl:verify-certificate no"] : [];
  const script = [...security, `open -u ${user},${password} ftp://${host}:${port}`, command];
  return lab.client.run("lftp", ["--norc", "-c", script.join("; ")], { timeout });
};

const ncftp = ({ server: { port, user, password } }: Lab): string[] => [
  ...["-V", "-u", user, "-p", password, "-P", String(port)],
];

export const clients: readonly Client[] = [
  {
    name: "twinport",
    get: (lab, variant, local, timeout) => ours(lab, variant, oursGet(lab, local), timeout, "get"),
    put: (lab, variant, remote, timeout) => ours(lab, variant, oursPut(lab, remote), timeout, "put"),
    lacks: () => (canOurs() ? undefined : "not built yet"),
  },
  {
    name: "curl",
    get: (lab, variant, local, timeout) =>
      lab.client.run("curl", ["-sS", ...curlTls(variant), "-o", local, url(lab, "file.bin")], { timeout }),
    put: (lab, variant, remote, timeout) =>
      lab.client.run("curl", ["-sS", ...curlTls(variant), "-T", lab.file, url(lab, remote)], { timeout }),
  },
  {
    name: "lftp",
    get: (lab, variant, local, timeout) => lftp(lab, variant, `get ${lab.server.folder}/file.bin -o ${local}`, timeout),
    put: (lab, variant, remote, timeout) =>
      lftp(lab, variant, `put ${lab.file} -o ${lab.server.folder}/${remote}`, timeout),
  },
  {
    name: "ncftp",
    get: (lab, _variant, local, timeout) =>
      lab.client.run("ncftpget", [...ncftp(lab), "-C", lab.server.address, lab.server.file, local], { timeout }),
    put: (lab, _variant, remote, timeout) =>
      lab.client.run(
        "ncftpput",
        [...ncftp(lab), "-C", lab.server.address, lab.file, `${lab.server.folder}/${remote}`],
        {
          timeout,
        },
      ),
    lacks: ({ family, tls }) => (tls === "explicit" ? "has no TLS" : family === "ipv6" ? "has no IPv6" : undefined),
  },
];
