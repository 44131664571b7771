import { readFile, readdir } from "node:fs/promises";
import { kernelSockets } from "@twinport/channel";
import type { PortRange } from "@twinport/channel";
import type { ServerFacts } from "./server-facts.ts";

type KernelFacts = Pick<
  ServerFacts,
  "ephemeral" | "reserved" | "unprivilegedFrom" | "helper" | "timeWait" | "isPrivileged"
>;

/** CAP_NET_BIND_SERVICE, in the bits of a process's capabilities. */
const MAY_BIND = 1n << 10n;

/** What the kernel is set to, and what the process may. */
export async function kernelFacts(pid: number | undefined): Promise<KernelFacts> {
  const [ephemeral, reserved, start, modules, automatic, most, timeWait, status] = await Promise.all([
    textOf("/proc/sys/net/ipv4/ip_local_port_range"),
    textOf("/proc/sys/net/ipv4/ip_local_reserved_ports"),
    textOf("/proc/sys/net/ipv4/ip_unprivileged_port_start"),
    // What is built into the kernel is there too, and not in /proc/modules.
    readdir("/sys/module").catch(() => undefined),
    textOf("/proc/sys/net/netfilter/nf_conntrack_helper"),
    textOf("/proc/sys/net/ipv4/tcp_max_tw_buckets"),
    kernelSockets("time-wait"),
    textOf(`/proc/${pid ?? "self"}/status`),
  ]);
  const [from, to] = numbersIn(ephemeral);
  return {
    ephemeral: from !== undefined && to !== undefined ? { from, to } : undefined,
    reserved: rangesIn(reserved ?? ""),
    unprivilegedFrom: numbersIn(start)[0],
    helper:
      modules === undefined
        ? undefined
        : { isLoaded: modules.includes("nf_conntrack_ftp"), isAutomatic: automatic?.trim() === "1" },
    timeWait: timeWait && { count: timeWait.length, most: numbersIn(most)[0] ?? Number.POSITIVE_INFINITY },
    isPrivileged: mayBind(status),
  };
}

/** `30000-30099,40000`. */
export function rangesIn(text: string): PortRange[] {
  return text
    .trim()
    .split(",")
    .flatMap((one) => {
      const [from = Number.NaN, to = from] = numbersIn(one.replace("-", " "));
      return Number.isNaN(from) ? [] : [{ from, to }];
    });
}

/** By the capabilities of a process, as `/proc/PID/status` has them. */
export function mayBind(status: string | undefined): boolean | undefined {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? "")?.[1];
  return effective === undefined ? undefined : (BigInt(`0x${effective}`) & MAY_BIND) !== 0n;
}

function numbersIn(text: string | undefined): number[] {
  return (text?.match(/\d+/g) ?? []).map(Number);
}

async function textOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}
