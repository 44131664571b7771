import { displayWidth, padToWidth, visible } from "@twinport/protocol";
import { wrapText } from "../explain/picture-lines.ts";
import { flowsOf, unprivileged } from "../flows.ts";
import { asText, noteText } from "./dialect.ts";
import { formatPorts } from "./rule-lines.ts";
import type { DataMode } from "@twinport/protocol";
import type { Flow, Ports } from "../flows.ts";
import type { FirewallWords } from "../messages/firewall-en.ts";
import type { Dialect } from "./dialect.ts";
import type { FlowText } from "./flow-text.ts";
import type { FirewallPlan, FirewallRule, Translation } from "./firewall-plan.ts";

/** What sentences are broken at: the lists are nearly as wide. */
const COLUMNS = 100;

/** The article's four lines of each mode with their ports, for people: what to tell whoever has the firewall. */
export const table: Dialect = (plan, { words }) => {
  const say = words.table;
  const client = offeredPorts(plan);
  const lines = plan.modes.flatMap((mode) => ["", say.modeTitle(mode), ...columns(rowsOf(mode, plan, client, words))]);
  const helped = plan.rules.some((rule) => rule.helped);
  const below = [
    ...(plan.rules.length === 0 ? [words.nothingToOpen] : []),
    ...(helped ? [say.helper] : []),
    ...new Set(plan.translations.map((one) => translationText(one, words))),
    ...advertised(plan).map(say.advertised),
    ...plan.notes.map((note) => noteText(note, words)),
  ];
  const told = (texts: readonly string[]): string[] => texts.flatMap((text) => wrapText(visible(text), COLUMNS));
  return asText([
    ...told([words.title(plan.role, plan.modes), ...endsText(plan, words), words.onlyNew]),
    ...lines,
    ...(below.length > 0 ? ["", ...told(below)] : []),
  ]);
};

/** The ports that clients offer: as they were named, or any. */
function offeredPorts({ rules }: FirewallPlan): Ports {
  return (
    rules.find(({ channel, modes }) => channel === "data" && modes[0] === "active")?.destinationPorts ?? unprivileged
  );
}

function rowsOf(mode: DataMode, { deployment }: FirewallPlan, offered: Ports, words: FirewallWords): string[][] {
  const say = words.table;
  const row = (flow: Flow): string[] => {
    const clientPorts = formatPorts(flow.mode === "active" ? offered : flow.clientPorts);
    const serverPorts = formatPorts(flow.serverPorts);
    const text = words.flowAlone(`${flow.mode} ${flow.number}` as FlowText);
    const ends =
      flow.from === "client"
        ? [say.client, clientPorts, say.server, serverPorts]
        : [say.server, serverPorts, say.client, clientPorts];
    return [`${flow.number}.`, ...ends, flow.opens ? say.begins(text) : text];
  };
  const flows = flowsOf(deployment).filter((flow) => flow.mode === "control" || flow.mode === mode);
  return [[...say.columns], ...flows.map(row)];
}

function columns(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => displayWidth(row[i] ?? ""))));
  return rows.map((row) => `  ${row.map((cell, i) => padToWidth(cell, widths[i] ?? 0)).join("  ")}`.trimEnd());
}

/** The networks and addresses, where rules name any. */
function endsText({ rules }: FirewallPlan, words: FirewallWords): string[] {
  const named = (isOf: "client" | "server"): string => {
    const all = rules.flatMap((rule) =>
      rule.ends.flatMap((ends) => ends[dials(rule) === isOf ? "sources" : "destinations"]),
    );
    return [...new Set(all)].join(", ");
  };
  const [clients, servers] = [named("client"), named("server")];
  return [
    ...(clients === "" ? [] : [words.table.networks(clients)]),
    ...(servers === "" ? [] : [words.table.addresses(servers)]),
  ];
}

/** Only in active mode the server begins a connection. */
function dials({ channel, modes }: FirewallRule): "client" | "server" {
  return channel === "data" && modes[0] === "active" ? "server" : "client";
}

function translationText({ rule, kind, to }: Translation, words: FirewallWords): string {
  const ports = formatPorts(rule.destinationPorts);
  return kind === "destination" ? words.table.forwards(ports, to ?? "") : words.table.masquerades(ports);
}

function advertised({ deployment: { passive } }: FirewallPlan): readonly string[] {
  return passive ? passive.advertised : [];
}
