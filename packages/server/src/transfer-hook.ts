import { codes, reply } from "@twinport/protocol";
import type { PlannedTransfer } from "./options.ts";
import type { AllowedPath } from "./allowed-path.ts";
import type { Session } from "./session.ts";
import type { VirtualPath } from "@twinport/protocol";

/** Asks the embedding program about a transfer; gives the path to use, or what the client hears instead. */
export async function askTransferHook(
  session: Session,
  planned: Omit<PlannedTransfer, "session" | "path"> & { readonly path: VirtualPath },
): Promise<AllowedPath> {
  const hook = session.services.settings.hooks.transfer;
  if (!hook) return { path: planned.path };
  try {
    const said = await hook({ ...planned, session: session.info });
    if (said && "refuse" in said) return { refused: reply(codes.fileUnavailable, said.refuse) };
    return said ? session.allow(said.path, undefined) : { path: planned.path };
  } catch (error) {
    session.services.emit("warning", { code: "hook-failed", session: session.info, error });
    return { refused: reply(codes.localError, "The transfer cannot be allowed now.") };
  }
}
