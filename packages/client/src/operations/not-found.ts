import { ClientError } from "../errors.ts";
import type { ClientCore } from "../core.ts";

const saysMissing =
  /no such|not found|(?:does|do|did) ?n[o']t exist|not exist|cannot find|can't find|no file|unknown file|不存在|找不到/i;
const saysForbidden =
  /permission|denied|not allowed|forbidden|prohibited|read-?only|quota|no space|disk|(?:is|not) a (?:plain |regular )?(?:directory|folder|file)|not empty|already exists|in use|权限/i;

/**
 * Servers say 550 for what is not there and for what may not be done. Where the words do not tell, the folder is looked
 * into. Gives the error to throw.
 */
export async function explain(core: ClientCore, error: unknown, path: string, signal: AbortSignal): Promise<unknown> {
  if (!(error instanceof ClientError) || error.code !== "refused" || error.reply?.code !== 550) return error;
  const text = error.reply.lines.join(" ");
  const isMissing = saysMissing.test(text) || (!saysForbidden.test(text) && !(await isThere(core, path, signal)));
  if (!isMissing) return error;
  const facts = { ...error.facts, path: path === "" ? "the folder" : path };
  return new ClientError("not-found", facts, { reply: error.reply, attempts: error.attempts, cause: error });
}

/** Whether something has this name, as far as cheap questions can tell; true where they cannot. */
async function isThere(core: ClientCore, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    const session = await core.session(signal);
    if (session.features.has("MLST")) return (await core.ask("MLST", path, signal)).code < 400;
    if ((await core.ask("SIZE", path, signal)).code < 400) return true;
    if ((await core.ask("MDTM", path, signal)).code < 400) return true;
    const status = await core.ask("STAT", path, signal);
    // vsftpd and others list what is there: the first and the last line are about the listing.
    if (status.code >= 200 && status.code < 300) return status.lines.length > 2;
    return status.code !== 550 && status.code !== 450;
  } catch {
    return true;
  }
}
