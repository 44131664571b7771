import { parseIp, reachOf } from "@twinport/protocol";
import { isLoopbackPort } from "./check-listeners.ts";
import { controlPortsOf, rangeText } from "./words.ts";
import type { IpAddress } from "@twinport/protocol";
import type { ServerCheckFound } from "./server-check.ts";
import type { ServerFacts } from "./server-facts.ts";

/** Whether clients are told an address that they can reach; only 227 tells one. */
export function checkAdvertisedAddress(facts: ServerFacts): ServerCheckFound[] {
  const { passive, control } = facts.deployment;
  if (!passive) return [];
  if (passive.advertised.length > 0) return passive.advertised.flatMap((told) => toldOf(told, facts));
  if (control.every(isLoopbackPort)) return [{ code: "told-loopback", facts: {} }];
  const own = ownAddresses(facts);
  const reachable = own.find((address) => reachOf(address) === "public");
  if (reachable) return [{ code: "told-connected", facts: { address: reachable.text } }];
  const addresses = own.map(({ text }) => text);
  return own.length === 0 ? [] : [{ code: "told-only-private", facts: { ...forwardOf(facts), addresses } }];
}

function toldOf(told: string, facts: ServerFacts): ServerCheckFound[] {
  const literal = parseIp(told);
  if (literal) return [addressOf(literal, facts)];
  const all = (facts.names[told] ?? []).flatMap((one) => parseIp(one) ?? []);
  const [first] = all.filter(({ family }) => family === 4);
  if (all.length === 0) return [{ code: "told-name-unknown", facts: { name: told } }];
  if (!first) return [{ code: "told-name-no-ipv4", facts: { name: told } }];
  return [{ code: "told-name", facts: { name: told, address: first.text } }, addressOf(first, facts)];
}

function addressOf(address: IpAddress, facts: ServerFacts): ServerCheckFound {
  const { text } = address;
  const reach = reachOf(address);
  if (reach === "loopback" || reach === "unspecified" || reach === "multicast") {
    return { code: "told-useless", facts: { address: text } };
  }
  if (reach !== "public") return { code: "told-private", facts: { address: text } };
  if (facts.addresses.some((one) => parseIp(one)?.text === text)) return { code: "told-own", facts: { address: text } };
  return { code: "told-elsewhere", facts: { ...forwardOf(facts), address: text } };
}

/** IPv4 addresses at which the server can be reached from other hosts. */
function ownAddresses({ addresses, deployment }: ServerFacts): IpAddress[] {
  const bound = deployment.control.map(({ address }) => address);
  const isWild = bound.some((address) => address === "0.0.0.0" || address === "::");
  return (isWild ? addresses : bound).flatMap((one) => {
    const address = parseIp(one);
    return address?.family === 4 && reachOf(address) !== "loopback" ? [address] : [];
  });
}

function forwardOf(facts: ServerFacts): { own: string; ports: string; control: readonly number[] } {
  const { passive } = facts.deployment;
  const ports = passive && passive.ports ? rangeText(passive.ports) : "1024-65535";
  return { own: ownAddresses(facts)[0]?.text ?? "?", ports, control: controlPortsOf(facts) };
}
