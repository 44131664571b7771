import type { FirewallMessages } from "./firewall-en.ts";

/** What `twinport firewall` says, in Chinese. */
export const firewallZhCn: FirewallMessages = {
  firewall: "firewall",
};
