import { unprivileged } from "../flows.ts";
import { boundAddresses } from "./bound-addresses.ts";
import { formatPorts } from "./rule-lines.ts";
import { isTranslatedClient, isTranslatedServer, onlyClient } from "./translations.ts";
import type { FirewallNote, FirewallRequest, NoteCode } from "./firewall-plan.ts";

/** What was asked for; `assumed`: the clients' networks were not named. */
type Asked = FirewallRequest & { readonly assumed: boolean };

/** A range of more ports is open to whoever sends from port 20; so many sessions has no client. */
const MANY_PORTS = 1000;

/** What is to be known of a plan: each gives its facts where it holds. */
const notes: Readonly<
  Record<Exclude<NoteCode, "helper-not-here">, (asked: Asked) => Readonly<Record<string, string>> | false>
> = {
  "loopback-only": ({ deployment, role }) =>
    role === "server" &&
    Object.keys(boundAddresses(deployment.control, undefined, { withLoopback: false })).length === 0 &&
    {},
  "helper-blind": ({ deployment, helper }) => helper && deployment.control.some(({ tls }) => tls !== "implicit") && {},
  "helper-and-nat": (asked) => asked.helper && (isTranslatedServer(asked) || isTranslatedClient(4, asked)) && {},
  "helper-implicit": ({ deployment, helper }) => {
    const ports = deployment.control.filter(({ tls }) => tls === "implicit").map(({ port }) => port);
    return helper && ports.length > 0 && { ports: [...new Set(ports)].join(", ") };
  },
  "helper-tells-inner": (asked) => asked.helper && isTranslatedServer(asked) && advertisedOf(asked).length > 0 && {},
  "tell-outer-address": (asked) =>
    !asked.helper &&
    isTranslatedServer(asked) &&
    asked.deployment.passive !== false &&
    advertisedOf(asked).length === 0 &&
    {},
  "inner-networks-assumed": ({ assumed }) => assumed && {},
  "client-tells-outer": (asked) => isActiveThroughNat(asked) && onlyClient(4, asked) !== undefined && {},
  "active-behind-nat": (asked) => isActiveThroughNat(asked) && onlyClient(4, asked) === undefined && {},
  "client-ports-wide": ({ role, helper, deployment, clientPorts = unprivileged }) =>
    (role === "client" || role === "gateway-client") &&
    !helper &&
    deployment.active !== false &&
    clientPorts.to - clientPorts.from > MANY_PORTS && { ports: formatPorts(clientPorts) },
  "passive-ports-any": ({ deployment: { passive }, helper }) =>
    !helper && passive !== false && passive.ports === undefined && {},
};

/** The notes to a plan. */
export function notesOf(asked: Asked): FirewallNote[] {
  return (Object.keys(notes) as (keyof typeof notes)[]).flatMap((code) => {
    const facts = notes[code](asked);
    return facts ? [{ code, facts }] : [];
  });
}

const advertisedOf = ({ deployment: { passive } }: Asked): readonly string[] => (passive ? passive.advertised : []);

const isActiveThroughNat = (asked: Asked): boolean =>
  isTranslatedClient(4, asked) && !asked.helper && asked.deployment.active !== false;
