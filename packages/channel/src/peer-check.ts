import type { IpAddress } from "@twinport/protocol";

/** Who may come to an offered port: one address, or anybody (FXP: another server comes). */
export type ExpectedPeer = IpAddress | "anybody";

/** The name under which an offer waits at a port; two offers with one name would be confused, so there is only one. */
export function claimName(peer: ExpectedPeer): string {
  return peer === "anybody" ? "*" : peer.text;
}

/** Whether an offer of this name can wait beside others: whoever comes must be meant by one of them only. */
export function canWaitBeside(others: ReadonlyMap<string, unknown>, name: string): boolean {
  if (name === claimName("anybody")) return others.size === 0;
  return !others.has(name) && !others.has(claimName("anybody"));
}

/** The names under which an offer may wait for somebody who has come, the best first. */
export function claimNamesFor(arrived: IpAddress): readonly string[] {
  return [arrived.text, "*"];
}
