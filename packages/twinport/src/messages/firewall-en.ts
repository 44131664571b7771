/** What `twinport firewall` says, in English. */
export const firewallEn = {
  firewall: "firewall",
};

/** The sentences of `twinport firewall`. */
export type FirewallMessages = typeof firewallEn;
