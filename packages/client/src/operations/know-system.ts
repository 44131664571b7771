import { quirksOf } from "../quirks.ts";
import type { ClientCore } from "../core.ts";
import type { Session } from "../session.ts";

/** Asks a server what it is (SYST), once a login: its listings may leave a doubt that only this decides. */
export async function knowSystem(core: ClientCore, signal: AbortSignal): Promise<Session> {
  const known = await core.session(signal);
  if (known.system !== undefined) return known;
  const reply = await core.ask("SYST", undefined, signal);
  // Not the one from before, where that had idled too long.
  const session = await core.session(signal);
  const { features, welcome } = session;
  session.system = reply.code === 215 ? reply.lines.join(" ") : "";
  const names = session.quirks.names;
  session.quirks = quirksOf({ welcome: welcome.lines.join(" "), system: session.system, features });
  if (session.quirks.names.some((name) => !names.includes(name))) await setUp(session, signal);
  return session;
}

/** Sends what a server of this kind wants to be told first; one that refuses it is as good as it gets. */
export async function setUp({ conversation, quirks }: Session, signal: AbortSignal): Promise<void> {
  for (const [word, argument] of quirks.setUp) await conversation.ask(word, argument, { signal });
}
