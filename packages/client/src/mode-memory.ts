import type { ModeCommand } from "@twinport/protocol";

/** Between whom a mode worked: a server, and the network that we were in. */
export interface ModeRoute {
  /** `host:port`, as the user named it. */
  readonly server: string;
  /** Our own network (IPv4 /24, IPv6 /64), and whether the commands were protected: NAT helpers cannot read those. */
  readonly network: string;
}

/** What is remembered of a route. */
export interface RememberedMode extends ModeRoute {
  readonly mode: ModeCommand;
  /** Why it was remembered: the modes that failed before it. */
  readonly because: readonly string[];
  /** Milliseconds since 1970. */
  readonly learned: number;
  readonly expires: number;
}

/** Where it is remembered which mode worked. */
export interface ModeMemory {
  recall(route: ModeRoute, now: number): RememberedMode | undefined | Promise<RememberedMode | undefined>;
  remember(mode: RememberedMode): void | Promise<void>;
  forget(route: ModeRoute): void | Promise<void>;
}

const MOST = 1000;

/** Days after which it is found out anew. */
const DAYS = 30;

/** When what is learned now is no longer believed. */
export function expiryOf(now: number): number {
  return now + DAYS * 24 * 3_600_000;
}

/** What one process has learned. */
export function memoryOfThisProcess(): ModeMemory {
  const modes = new Map<string, RememberedMode>();
  const keyOf = ({ server, network }: ModeRoute): string => `${server} ${network}`;
  return {
    recall(route, now) {
      const known = modes.get(keyOf(route));
      return known && known.expires > now ? known : undefined;
    },
    remember(mode) {
      modes.delete(keyOf(mode));
      modes.set(keyOf(mode), mode);
      if (modes.size > MOST) modes.delete(modes.keys().next().value!);
    },
    forget: (route) => void modes.delete(keyOf(route)),
  };
}

/** Where clients of this process remember, unless they are told otherwise. */
export const processMemory: ModeMemory = memoryOfThisProcess();
