import fs from "node:fs";
import process from "node:process";

/** File systems that take letters of another case for the same, by the number that statfs gives. */
const folding: ReadonlySet<number> = new Set([
  0x4d44, // vfat
  0x2011bab0, // exfat
  0x5346544e, // ntfs
  0x7366746e, // ntfs3
  0xff534d42, // cifs
  0xfe534d42, // smb2
  0x517b, // smb
  0x482b, // hfs+
  0x4253584e, // apfs
]);

/** File systems whose files are switches and answers of the kernel: their size says nothing, and a write does something. */
const kernels: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x64626720, // debugfs
  0x74726163, // tracefs
  0x73636673, // securityfs
  0x62656570, // configfs
  0x27e0eb, // cgroup
  0x63677270, // cgroup2
  0xcafe4a11, // bpf
  0xde5e81e4, // efivarfs
  0xf97cff8c, // selinuxfs
  0x6165676c, // pstore
]);

/**
 * Whether names in a folder that differ in case or composition are one name. It is asked of the root's file system: a
 * folder of ext4 with its own case folding, and a mount further down, are not seen.
 */
export function foldsNames(root: string): boolean {
  if (process.platform === "darwin" || process.platform === "win32") return true;
  return process.platform === "linux" && folding.has(typeOf(root));
}

/** Whether an opened file is the kernel's own. What takes room on a disk is not, and costs no question. */
export function isKernelFile(descriptor: number, stats: fs.Stats): boolean {
  if (stats.blocks !== 0 || process.platform !== "linux") return false;
  return kernels.has(typeOf(`/proc/self/fd/${descriptor}`));
}

function typeOf(real: string): number {
  // The number has a sign where a long has 32 bits.
  return fs.statfsSync(real).type >>> 0;
}
