import net from "node:net";
import { once } from "node:events";
import type { Script } from "./scripted-server.ts";
import type { ScriptedControl } from "./scripted-control.ts";

/** Opens the data connection of a transfer and says 150; where there is none it has said why, or nothing. */
export type DataWay = (control: ScriptedControl) => Promise<net.Socket | undefined>;

const BEGINS = "150 here it comes";

/** The reply that tells a port, to EPSV or PASV. */
export function tellPort(verb: string, port: number, address = "127.0.0.1"): string {
  if (verb === "EPSV") return `229 Extended passive (|||${port}|)`;
  return `227 Passive (${address.replaceAll(".", ",")},${port >> 8},${port & 255})`;
}

/** What a passive port does with who comes. */
export type PassiveManner =
  | "works"
  /** Nobody listens there. */
  | "refuses"
  /** No SYN is answered. */
  | "silent"
  /** It accepts, 150 is said, and not a byte comes. */
  | "hangs"
  /** It accepts and resets, and RETR is answered by 425. */
  | "resets"
  /** It accepts and resets, and nothing is said. */
  | "resets-silently";

/** A script for EPSV and PASV. */
export function passive(manner: PassiveManner = "works", tell: typeof tellPort = tellPort): Script {
  return async ({ verb, control, server }) => {
    if (manner === "silent") {
      control.way = never;
      control.say(tell(verb, server.silentPort));
      return;
    }
    const listener = await server.listenForData();
    const { port } = listener.address() as net.AddressInfo;
    const arrived = new Promise<net.Socket>((resolve) => listener.once("connection", resolve));
    if (manner === "refuses") {
      listener.close();
      control.way = never;
    } else control.way = passiveWays[manner](arrived, listener);
    if (manner.startsWith("resets")) listener.once("connection", (socket: net.Socket) => socket.resetAndDestroy());
    control.say(tell(verb, port));
  };
}

type Arrival = (arrived: Promise<net.Socket>, listener: net.Server) => DataWay;

const passiveWays: Readonly<Record<Exclude<PassiveManner, "refuses" | "silent">, Arrival>> = {
  works: (arrived, listener) => async (control) => {
    const socket = await arrived;
    listener.close();
    control.say(BEGINS);
    return socket;
  },
  hangs: (arrived) => async (control) => {
    control.data = await arrived;
    control.say(BEGINS);
    return undefined;
  },
  resets: () => async (control) => {
    control.say("425 no data connection");
    return undefined;
  },
  "resets-silently": () => async () => undefined,
};

const never: DataWay = async () => undefined;

/** What a server does that was told a port. */
export type ActiveManner =
  | "works"
  /** It dials before it says 150. */
  | "before-150"
  /** It dials after some time. */
  | "late"
  /** It says neither 150 nor anything else, and is deaf from then on. */
  | "deaf"
  /** It says 150 and does not come. */
  | "never"
  /** It says 150, comes then, and sends and takes nothing. */
  | "hangs"
  /** Somebody else comes; then it says 425. */
  | "stranger"
  | "425"
  /** It comes, and resets. */
  | "426";

const activeWays: Readonly<Record<ActiveManner, (host: string, port: number) => DataWay>> = {
  works: (host, port) => async (control) => {
    control.say(BEGINS);
    return await dialOr425(control, host, port);
  },
  "before-150": (host, port) => async (control) => {
    const socket = await dialOr425(control, host, port);
    if (!socket) return undefined;
    await delay(30);
    control.say(BEGINS);
    return socket;
  },
  late: (host, port) => async (control) => {
    control.say(BEGINS);
    await delay(150);
    return await dialOr425(control, host, port);
  },
  deaf: () => async (control) => {
    control.raw.pause();
    control.server.deaf.add(control);
    return undefined;
  },
  never: () => async (control) => {
    control.say(BEGINS);
    return undefined;
  },
  hangs: (host, port) => async (control) => {
    control.say(BEGINS);
    await delay(30);
    await dialOr425(control, host, port);
    return undefined;
  },
  stranger: (host, port) => async (control) => {
    const socket = net.connect({ host, port, localAddress: "127.0.0.2" });
    control.server.keep(socket);
    await new Promise((resolve) => socket.once("close", resolve));
    control.say("425 cannot connect");
    return undefined;
  },
  "425": () => async (control) => {
    control.say("425 cannot connect");
    return undefined;
  },
  "426": (host, port) => async (control) => {
    control.say(BEGINS);
    const socket = await dialOr425(control, host, port);
    socket?.resetAndDestroy();
    control.say("426 broken");
    return undefined;
  },
};

/** A script for PORT and EPRT. */
export function active(manner: ActiveManner = "works"): Script {
  return ({ verb, argument, control }) => {
    const told = verb === "PORT" ? ofPort(argument) : ofEprt(argument);
    if (!told) return control.say("501 what?");
    control.way = activeWays[manner](told.host, told.port);
    control.say("200 noted");
  };
}

function ofPort(argument: string): { host: string; port: number } | undefined {
  const numbers = argument.split(",").map(Number);
  if (numbers.length !== 6) return undefined;
  return { host: numbers.slice(0, 4).join("."), port: numbers[4]! * 256 + numbers[5]! };
}

function ofEprt(argument: string): { host: string; port: number } | undefined {
  const [, , host, port] = argument.split("|");
  return host === undefined || port === undefined ? undefined : { host, port: Number(port) };
}

async function dialOr425(control: ScriptedControl, host: string, port: number): Promise<net.Socket | undefined> {
  const socket = net.connect({ host, port, allowHalfOpen: true });
  control.server.keep(socket);
  try {
    await once(socket, "connect");
    return socket;
  } catch {
    control.say("425 cannot connect");
    return undefined;
  }
}

/** For so long. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
