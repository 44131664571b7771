import { admit, codes, parseListingRequest, reply, ruleOf } from "@twinport/protocol";
import { handlers } from "./commands/index.ts";
import { isStorageFault, replyForError } from "./reply-for-error.ts";
import type { Command, Reply, VerbRule } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** Runs a command and gives its last reply. Whatever it throws is met here, once. */
export async function answer(session: Session, command: Command): Promise<Reply> {
  try {
    return await run(session, command);
  } catch (error) {
    return replyFor(session, error);
  }
}

async function run(session: Session, command: Command): Promise<Reply> {
  const admission = admit(session.state, command, session.abilities);
  if (admission.kind === "refused") return admission.reply;
  const { verb, argument } = admission;
  const rule = ruleOf(verb);
  if (rule.reveals && session.security.mustComeFirst) return reply(codes.notLoggedIn, "Use AUTH TLS first.");
  session.advance({ kind: "command-taken", verb });
  const written = pathIn(argument, rule);
  const needed = rule.permissionWithArgument && argument === "" ? undefined : rule.permission;
  const allowed = written === undefined ? { path: session.folder } : session.allow(written, needed);
  try {
    if ("refused" in allowed) return allowed.refused;
    // Asked before anything is opened: who has no data connection costs nothing.
    if (rule.channel && !session.data.isAgreed)
      return reply(codes.cannotOpenData, "Say PASV, EPSV, PORT or EPRT first.");
    if (rule.channel && session.security.isNeededForData && session.state.protection === "clear")
      return reply(codes.dataNotProtected, "Data goes only by TLS here; use PROT P.");
    return await handlers[verb](session, { argument, path: allowed.path });
  } finally {
    // Offset and data connection are for one transfer, also for one that never began.
    if (rule.channel) session.forgetTransfer();
  }
}

/** The path that an argument names: without one the folder that the session is in. Undefined where none belongs. */
function pathIn(argument: string, rule: VerbRule): string | undefined {
  const shapes: Readonly<Partial<Record<VerbRule["argument"], string>>> = {
    path: argument,
    "optional-path": argument || ".",
    listing: parseListingRequest(argument).path || ".",
  };
  return shapes[rule.argument];
}

function replyFor(session: Session, error: unknown): Reply {
  const known = replyForError(error);
  if (!known) session.services.emit("warning", { code: "session-failed", session: session.info, error });
  else if (isStorageFault(error)) {
    session.services.emit("warning", { code: "storage-failed", session: session.info, error });
  }
  return known ?? reply(codes.localError, "Something failed here; the operator can see what.");
}
