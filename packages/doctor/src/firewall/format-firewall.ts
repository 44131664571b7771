import { firewallEn } from "../messages/firewall-en.ts";
import { firewallZhCn } from "../messages/firewall-zh-cn.ts";
import { aws } from "./aws.ts";
import { docker } from "./docker.ts";
import { firewalld } from "./firewalld.ts";
import { iptables } from "./iptables.ts";
import { kubernetes } from "./kubernetes.ts";
import { nftables } from "./nftables.ts";
import { planFirewall } from "./plan-firewall.ts";
import { table } from "./table.ts";
import { ufw } from "./ufw.ts";
import { windows } from "./windows.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Language } from "../language.ts";
import type { Role } from "./check/check.ts";
import type { Dialect } from "./dialect.ts";
import type { FirewallNote, FirewallRequest } from "./firewall-plan.ts";

/** How each dialect is written, for whom, and whether it knows a helper. */
const dialects = {
  nftables: { write: nftables, roles: ["server", "client", "gateway-server", "gateway-client"], helper: true },
  iptables: { write: iptables, roles: ["server", "client", "gateway-server", "gateway-client"], helper: true },
  ufw: { write: ufw, roles: ["server", "client", "gateway-server", "gateway-client"], helper: true },
  firewalld: { write: firewalld, roles: ["server", "client", "gateway-server", "gateway-client"], helper: true },
  windows: { write: windows, roles: ["server", "client"], helper: true },
  docker: { write: docker, roles: ["server"], helper: false },
  kubernetes: { write: kubernetes, roles: ["server"], helper: false },
  aws: { write: aws, roles: ["server", "client"], helper: false },
  table: { write: table, roles: ["server", "client", "gateway-server", "gateway-client"], helper: true },
} as const satisfies Readonly<Record<string, { write: Dialect; roles: readonly Role[]; helper: boolean }>>;

/** A way of writing firewall rules down. */
export type FirewallDialect = keyof typeof dialects;

/** The names of all dialects. */
export const firewallDialects = Object.keys(dialects) as FirewallDialect[];

/** How {@link formatFirewall} writes. */
export interface FormatOptions {
  readonly dialect: FirewallDialect;
  readonly language: Language;
  /** The lines to add to rules that are there; else all else is shut. */
  readonly rulesOnly: boolean;
}

const words: Readonly<Record<Language, FirewallWords>> = { en: firewallEn, "zh-CN": firewallZhCn };

/** Whether the dialect can say anything for that host or box. */
export function canFormatFirewall(dialect: FirewallDialect, role: Role): boolean {
  return (dialects[dialect].roles as readonly Role[]).includes(role);
}

/** The rules that a request asks for, in one dialect: complete, or to be added to those that are there. Nothing is applied. */
export function formatFirewall(request: FirewallRequest, { dialect, language, rulesOnly }: FormatOptions): string {
  const { write, helper } = dialects[dialect];
  const plan = planFirewall({ ...request, helper: request.helper && helper });
  const lacksHelper = request.helper && !helper;
  const notes: FirewallNote[] = [
    ...(lacksHelper ? [{ code: "helper-not-here", facts: {} } as const] : []),
    ...plan.notes,
  ];
  return write({ ...plan, notes }, { words: words[language], rulesOnly });
}
