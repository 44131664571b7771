import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Starts a script of this folder in a namespace, and waits until it says that it is ready; it ends with the namespace. */
export async function startScript(
  [enter = "", ...entering]: readonly string[],
  script: string,
  args: readonly string[],
): Promise<void> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(enter, [...entering, "python3", path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  child.unref();
  const ended = once(child, "exit").then(([status]) => {
    throw new Error(`${script} has ended with ${String(status)}`);
  });
  ended.catch(() => {});
  await Promise.race([once(child.stdout, "data", { signal: AbortSignal.timeout(10_000) }), ended]);
}
