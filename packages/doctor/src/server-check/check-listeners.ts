import { parseIp, reachOf } from "@twinport/protocol";
import { programText, whereText } from "./words.ts";
import type { ControlPort } from "../deployment.ts";
import type { ServerCheckFound } from "./server-check.ts";
import type { ListeningPort, ServerFacts } from "./server-facts.ts";

/** Who listens where the server takes commands. */
export function checkListeners({ deployment, listening }: ServerFacts): ServerCheckFound[] {
  const { control } = deployment;
  const isLoopback = control.every(isLoopbackPort);
  return [
    ...(listening ? control.map((port) => foundAt(port, listening)) : [{ code: "listens-unseen", facts: {} } as const]),
    ...(isLoopback
      ? control.map((port) => ({ code: "listens-loopback", facts: { where: whereText(port) } }) as const)
      : []),
  ];
}

export function isLoopbackPort({ address }: Pick<ControlPort, "address">): boolean {
  const literal = parseIp(address);
  return literal ? reachOf(literal) === "loopback" : address === "localhost";
}

/** Whoever takes connections to an address and a port. */
export function listenersAt(
  { address, port }: { readonly address: string; readonly port: number },
  listening: readonly ListeningPort[],
): ListeningPort[] {
  const wanted = parseIp(address === "localhost" ? "127.0.0.1" : address);
  const isWild = (one: string): boolean => one === "0.0.0.0" || one === "::";
  return listening.filter((one) => {
    if (one.port !== port) return false;
    // A name may be any of this machine's addresses.
    if (!wanted || one.address === wanted.text) return true;
    // `::` takes IPv4 too, where nobody else does.
    return isWild(one.address) && (wanted.family === 4 || one.address === "::") && !isWild(wanted.text);
  });
}

function foundAt(port: ControlPort, listening: readonly ListeningPort[]): ServerCheckFound {
  const where = whereText(port);
  const isDual = port.address === "0.0.0.0" ? listenersAt({ ...port, address: "::" }, listening) : [];
  const found = [...listenersAt(port, listening), ...isDual];
  const own = found.find(({ program }) => program?.isServer);
  const [other] = found;
  if (own) return { code: "listens", facts: { where, program: programText(own.program) } };
  if (!other) return { code: "listens-not", facts: { where } };
  if (!other.program) return { code: "listens-somebody", facts: { where } };
  return { code: "listens-other", facts: { where, program: programText(other.program) } };
}
