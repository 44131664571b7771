import { canSetMode, canSetModified, canTellSpace } from "@twinport/storage";
import type { Ability } from "@twinport/protocol";
import type { Session } from "./session.ts";

/** What exists for a session as it is now: by the server's settings, its listener, its account and that one's files. */
export function abilitiesOf({
  services,
  charset,
  access,
  account,
  security,
  storageIfIn,
}: Session): ReadonlySet<Ability> {
  const { active, passive, hosts, compression } = services.settings;
  const abilities = new Set<Ability>();
  if (active) abilities.add("active");
  if (passive) abilities.add("passive");
  if (charset.name === "utf-8") abilities.add("utf-8");
  if (hosts.size > 0) abilities.add("hosts");
  if (compression) abilities.add("deflate");
  if (security.isAvailable) abilities.add("tls");
  if (!storageIfIn) return abilities;
  if (services.settings.siteDoctor && (account?.mayAskDoctor ?? account?.isShared !== true)) abilities.add("doctor");
  if (access.maySomewhere("set-modified") && canSetModified(storageIfIn)) abilities.add("set-modified");
  if (access.maySomewhere("set-mode") && canSetMode(storageIfIn)) abilities.add("set-mode");
  if (abilities.has("set-modified") || abilities.has("set-mode")) abilities.add("set-facts");
  if (access.maySomewhere("list") && canTellSpace(storageIfIn)) abilities.add("free-space");
  return abilities;
}
