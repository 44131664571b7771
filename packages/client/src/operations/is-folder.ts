import type { ClientCore } from "../core.ts";

/** Whether there is such a folder: it can be gone to. */
export async function isFolder(core: ClientCore, path: string, signal: AbortSignal): Promise<boolean> {
  const home = await core.whereAmI(signal);
  const reply = await core.ask("CWD", path, signal);
  if (reply.code >= 400) return false;
  try {
    await core.demand("CWD", home, signal);
  } catch (error) {
    // It would stand elsewhere than all believe; a new login does not.
    if (core.standing) core.drop(core.standing);
    throw error;
  }
  return true;
}
