import { access, readFile, readdir } from "node:fs/promises";

/** Files that only a container of that kind has. */
const marks: readonly (readonly [path: string, kind: string])[] = [
  ["/.dockerenv", "docker"],
  ["/run/.containerenv", "podman"],
  ["/var/run/secrets/kubernetes.io", "kubernetes"],
];

/** What the first process was started in, and what its root is made of, tell too. */
const traces: readonly (readonly [path: string, trace: RegExp, kind: string])[] = [
  ["/proc/1/cgroup", /\bkubepods\b/, "kubernetes"],
  ["/proc/1/cgroup", /\bdocker\b/, "docker"],
  ["/proc/1/cgroup", /\blibpod\b/, "podman"],
  ["/proc/1/cgroup", /\blxc\b/, "lxc"],
  ["/proc/1/mountinfo", / \/ \/ .*\/docker\/overlay2\//, "docker"],
  ["/proc/1/mountinfo", / \/ \/ .*\/containers\/storage\/overlay\//, "podman"],
  ["/proc/1/mountinfo", / \/ \/ .*io\.containerd\./, "containerd"],
  ["/proc/1/environ", /(?:^|\0)container=/, "container"],
];

/** Which kind of container this is; undefined where it is none. */
export async function containerKind(): Promise<string | undefined> {
  for (const [path, kind] of marks) if (await exists(path)) return kind;
  for (const [path, trace, kind] of traces) {
    const text = await readFile(path, "utf8").catch(() => "");
    if (trace.test(text)) return kind;
  }
  return undefined;
}

/** Whether a card of the machine itself is seen here: what a container is given is the end of a wire to its machine. */
export async function hasHostNetwork(): Promise<boolean> {
  const cards = await readdir("/sys/class/net").catch(() => []);
  const found = await Promise.all(cards.map((card) => exists(`/sys/class/net/${card}/device`)));
  return found.includes(true);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
