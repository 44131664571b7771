import { existsSync } from "node:fs";
import { chmod, cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

const peers = fileURLToPath(new URL("../../.ci/peers/", import.meta.url));
const offline = fileURLToPath(new URL("firewall-offline.py", import.meta.url));

/** Their modules are the distribution's, which another Python does not have. */
const python = "/usr/bin/python3";

/** A `describe` for tests that need a package unpacked below .ci/peers: skipped with its name, and a failure under CI. */
export function unpackedPeer(title: string, name: string, body: () => void): void {
  const isThere = existsSync(join(peers, name));
  const sentence = isThere ? title : `${title}: ${name} is not in .ci/peers`;
  if (!isThere && process.env["CI"]) throw new Error(`${sentence}; under CI every peer must be there`);
  describe.skipIf(!isThere)(sentence, () => {
    body();
  });
}

/** Puts a command `ufw` into a folder; all that it reads and writes is below there, but for the rules of the kernel. */
export async function makeUfw(folder: string): Promise<string> {
  const [root, bin] = [join(folder, "ufw"), join(folder, "bin")];
  if (existsSync(bin)) return bin;
  await cp(join(peers, "ufw"), root, { recursive: true });
  // What its package does once it is unpacked.
  for (const from of ["ufw.conf", "before.init", "after.init", "iptables"]) {
    const to = join(root, "etc/ufw", from === "iptables" ? "." : from);
    await cp(join(root, "usr/share/ufw", from), to, { recursive: true });
  }
  await mkdir(bin, { recursive: true });
  const words = [`PYTHONPATH=${root}/usr/lib/python3/dist-packages`, python, `${root}/usr/sbin/ufw`];
  const text = `#!/bin/sh\nexec env ${words.join(" ")} --rootdir=${root} --datadir=${root} $UFW_OPTIONS "$@"\n`;
  await writeFile(join(bin, "ufw"), text);
  await chmod(join(bin, "ufw"), 0o755);
  return bin;
}

/** The words of the command that runs a script for firewalld; its configuration goes into the folder. */
export async function offlineFirewalld(folder: string): Promise<[program: string, ...args: string[]]> {
  const configuration = join(folder, "firewalld");
  await cp(join(peers, "firewalld/etc/firewalld"), configuration, { recursive: true });
  return [python, offline, join(peers, "firewalld"), configuration];
}
