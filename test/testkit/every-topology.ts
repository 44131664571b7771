import type { DataMode } from "@twinport/protocol";
import type { Ends, Topology } from "@twinport/doctor";

const ends: readonly Ends[] = ["none", "client", "server", "both"];
const yesOrNo = [false, true];

/** Each mode through each topology that can be explained: 128 of them. */
export const everyTopology: readonly { readonly mode: DataMode; readonly topology: Topology }[] = (
  ["active", "passive"] as const
).flatMap((mode) =>
  ends.flatMap((nat) =>
    ends.flatMap((firewall) =>
      yesOrNo.flatMap((tls) => yesOrNo.map((helper) => ({ mode, topology: { nat, firewall, tls, helper } }))),
    ),
  ),
);

/** `active nat=both firewall=none tls`. */
export function topologyName({ mode, topology }: (typeof everyTopology)[number]): string {
  const { nat, firewall, tls, helper } = topology;
  return [mode, `nat=${nat}`, `firewall=${firewall}`, tls && "tls", helper && "helper"].filter(Boolean).join(" ");
}
