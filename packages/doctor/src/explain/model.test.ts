import { expect, test } from "vitest";
import { everyTopology, topologyName } from "../../../../test/testkit/every-topology.ts";
import { modelOf, usualPorts } from "./model.ts";
import type { End, Ends, Topology } from "./topology.ts";
import type { Model } from "./model.ts";

const has = (ends: Ends, end: End): boolean => ends === "both" || ends === end;
/** The end that is dialled: the one whose boxes may be in the way. */
const dialled = { active: "client", passive: "server" } as const;
const verdictsAt = (model: Model, id: string): string[] =>
  model.steps.flatMap(({ crossings }) => crossings.flatMap(({ box, verdict }) => (box.id === id ? [verdict] : [])));

const all = everyTopology.map(({ mode, topology }) => {
  const end = dialled[mode];
  const isGuarded = has(topology.nat, end) || has(topology.firewall, end);
  const name = topologyName({ mode, topology });
  const helps = topology.helper && !topology.tls;
  const model = modelOf({ mode, topology });
  const [first, second, third, fourth] = model.steps;
  return { name, mode, topology, end, isGuarded, helps, model, first, second, third, fourth };
});

function everywhere(title: string, check: (one: (typeof all)[number]) => void): void {
  test(title, () => all.forEach(check));
}

test("there are 2 modes, 4 places of a NAT, 4 of a firewall, TLS or none, a helper or none", () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(2 * 4 * 4 * 2 * 2);
});

everywhere("the command connection always stands", ({ name, first, second }) => {
  expect([first?.state, second?.state], name).toEqual(["open", "open"]);
  expect([first?.from, second?.from], name).toEqual(["client", "server"]);
});

everywhere(
  "the data connection passes if nothing guards the end that is dialled, or a helper reads along",
  ({ name, model, isGuarded, helps, third, fourth }) => {
    const passes = !isGuarded || helps;
    expect([third?.state, fourth?.state], name).toEqual(passes ? ["open", "open"] : ["blocked", "not-reached"]);
    expect(model.stoppedAt === undefined, name).toBe(passes);
  },
);

everywhere(
  "who dials is the server in active mode and the client in passive mode; the other one answers",
  ({ name, mode, model, third, fourth }) => {
    expect([third?.from, fourth?.from], name).toEqual(mode === "active" ? ["server", "client"] : ["client", "server"]);
    expect(
      model.steps.map(({ opens }) => opens),
      name,
    ).toEqual([true, false, true, false]);
  },
);

everywhere(
  "it is never stopped at the end that dials, and always at the outermost box of the other",
  ({ name, topology, model, end, third }) => {
    if (!model.stoppedAt) return;
    expect(model.stoppedAt, name).toMatchObject({ side: end, kind: has(topology.nat, end) ? "nat" : "firewall" });
    expect(third?.crossings.at(-1)?.box, name).toEqual(model.stoppedAt);
  },
);

everywhere("under TLS, a helper is none", ({ name, mode, topology, model }) => {
  if (!topology.tls) return;
  const without = modelOf({ mode, topology: { ...topology, helper: false } });
  expect(model.steps, name).toEqual(without.steps);
  expect(model.told, name).toEqual(without.told);
  expect(["absent", "no-box", "blind-under-tls"], name).toContain(model.helper);
});

everywhere(
  "a helper that is needed is one without which it breaks, and no other is",
  ({ name, mode, topology, model, helps }) => {
    const without = modelOf({ mode, topology: { ...topology, helper: false } });
    expect(model.helper === "needed", name).toBe(helps && without.stoppedAt !== undefined);
  },
);

everywhere(
  "the address that is told is of no use just where its teller has a NAT and no helper mends it",
  ({ name, topology, model, end, helps }) => {
    expect(model.told.isUseless, name).toBe(has(topology.nat, end) && !helps);
    expect(model.told.mendedBy?.id, name).toBe(has(topology.nat, end) && helps ? `${end}-nat` : undefined);
    const inside = { client: "192.168.1.10", server: "10.0.0.5" }[end];
    const outside = { client: "198.51.100.9", server: "192.0.2.7" }[end];
    expect(model.told.said.address.text, name).toBe(has(topology.nat, end) ? inside : outside);
    expect(model.told.heard.address.text, name).toBe(model.told.isUseless ? inside : outside);
  },
);

everywhere(
  "what is to be opened are all boxes of the end that is dialled, and with that it passes",
  ({ name, mode, topology, model, end, isGuarded }) => {
    expect(
      model.toOpen.map(({ side }) => side),
      name,
    ).toEqual(model.toOpen.map(() => end));
    expect(model.toOpen.length > 0, name).toBe(isGuarded);
    const without = (ends: Ends): Ends => {
      const stays = end === "client" ? "server" : "client";
      return has(ends, stays) ? stays : "none";
    };
    const opened = { ...topology, nat: without(topology.nat), firewall: without(topology.firewall) };
    expect(modelOf({ mode, topology: opened }).stoppedAt, name).toBeUndefined();
  },
);

everywhere("each box is met in the order in which it stands, once a step", ({ name, model }) => {
  const ids = model.boxes.map(({ id }) => id);
  for (const { from, crossings, state } of model.steps) {
    if (state === "not-reached") continue;
    const met = crossings.map(({ box }) => box.id);
    const order = from === "client" ? ids : ids.toReversed();
    expect(met, name).toEqual(state === "open" ? order : order.slice(0, met.length));
  }
});

everywhere("the client's boxes admit no command, and the server's have its port open", ({ name, model }) => {
  for (const { id, side } of model.boxes) {
    expect(verdictsAt(model, id)[0], name).toBe(side === "client" ? "begun-inside" : "command-port");
  }
});

test("a helper knows port 21 alone, unless it is told", () => {
  const topology: Topology = { nat: "none", firewall: "client", tls: false, helper: true };
  const at = (control: number) => modelOf({ mode: "active", topology, ports: { ...usualPorts, control } });
  expect(at(21)).toMatchObject({ helper: "needed", steps: [{}, {}, { state: "open" }, {}] });
  expect(at(2121)).toMatchObject({ helper: "other-port", stoppedAt: { id: "client-firewall" } });
});

test("the data port is the first of the range, the article's where there is none, and any where active mode has none", () => {
  const topology: Topology = { nat: "none", firewall: "none", tls: false, helper: false };
  const any = { control: 21, source: "any", passive: "any" } as const;
  expect(modelOf({ mode: "passive", topology }).serverData).toBe(30_000);
  expect(modelOf({ mode: "passive", topology, ports: any }).serverData).toBe(2024);
  expect(modelOf({ mode: "active", topology }).serverData).toBe(20);
  expect(modelOf({ mode: "active", topology, ports: any }).serverData).toBeUndefined();
});
