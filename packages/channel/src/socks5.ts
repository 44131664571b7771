import { parseIp } from "@twinport/protocol";
import { ProxyWay, throughProxy } from "./proxy.ts";
import type net from "node:net";
import type { ConnectRequest, Connector } from "./connector.ts";
import type { ProxyAddress } from "./proxy.ts";
import type { ChannelError } from "./errors.ts";

/** A SOCKS5 proxy, and who we are to it. */
export interface Socks5Proxy extends ProxyAddress {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const VERSION = 5;
const NO_LOGIN = 0;
const NAME_AND_PASSWORD = 2;
const NO_WAY_IN = 0xff;

/** Bytes of an address by its kind (RFC 1928 §5); a name says its length itself. */
const addressLength: Readonly<Record<number, number>> = { 1: 4, 4: 16 };
const NAME = 3;

/** RFC 1928 §6. */
const reasons: Readonly<Record<number, string>> = {
  1: "it failed",
  2: "its rules do not allow it",
  3: "the network cannot be reached",
  4: "the host cannot be reached",
  5: "the connection was refused",
  6: "the way is too long (TTL)",
  7: "it does not know the command",
  8: "it does not know the kind of address",
};

/**
 * Connects through a SOCKS5 proxy (RFC 1928, RFC 1929). Names are looked up by the proxy. No byte behind the proxy's
 * answer is taken from the socket.
 */
export function socks5(proxy: Socks5Proxy): Connector {
  return {
    kind: "socks5",
    connect(request) {
      const way = new ProxyWay(proxy, request);
      let late = (): ChannelError => way.unreachable(`it said nothing for ${request.timeout} s`);
      const shake = async (socket: net.Socket): Promise<net.Socket> => {
        await logIn(socket, proxy, way);
        late = () => way.silent(request.timeout);
        await ask(socket, request, way);
        return socket;
      };
      return throughProxy(proxy, request, way, shake, () => late());
    },
  };
}

async function logIn(socket: net.Socket, { user, password = "" }: Socks5Proxy, way: ProxyWay): Promise<void> {
  const offered = user === undefined ? [NO_LOGIN] : [NO_LOGIN, NAME_AND_PASSWORD];
  socket.write(Uint8Array.of(VERSION, offered.length, ...offered));
  const [version, chosen] = await take(socket, 2, way);
  if (version !== VERSION) throw way.refused("it does not speak SOCKS5");
  if (chosen === NO_LOGIN) return;
  if (chosen === NO_WAY_IN) {
    throw way.loginRefused(user === undefined ? "it wants a name and a password" : "it wants another kind of login");
  }
  if (chosen !== NAME_AND_PASSWORD || user === undefined) throw way.refused("it chose a login that was not offered");
  const [name, secret] = [Buffer.from(user), Buffer.from(password)];
  if (name.length > 255 || secret.length > 255) throw way.loginRefused("name or password is longer than 255 bytes");
  socket.write(Uint8Array.of(1, name.length, ...name, secret.length, ...secret));
  const [, status] = await take(socket, 2, way);
  if (status !== 0) throw way.loginRefused("name or password is wrong", status);
}

async function ask(socket: net.Socket, { host, port }: ConnectRequest, way: ProxyWay): Promise<void> {
  const address = parseIp(host);
  const name = Buffer.from(host);
  if (name.length > 255) throw way.refused("the name is longer than 255 bytes");
  const target = address ? [address.family === 4 ? 1 : 4, ...address.bytes] : [NAME, name.length, ...name];
  socket.write(Uint8Array.of(VERSION, 1, 0, ...target, port >> 8, port & 0xff));
  const [version, status, , kind] = await take(socket, 4, way);
  if (version !== VERSION) throw way.refused("it does not speak SOCKS5");
  if (status !== 0) throw way.refused(reasons[status!] ?? `its answer is ${status}`, status);
  const length = kind === NAME ? (await take(socket, 1, way))[0] : addressLength[kind!];
  if (length === undefined) throw way.refused("its answer has an unknown kind of address");
  await take(socket, length + 2, way);
}

/** So many bytes and no more: what is behind them stays with the socket. */
function take(socket: net.Socket, count: number, way: ProxyWay): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      socket.removeListener("readable", look).removeListener("end", ended);
      socket.removeListener("close", ended).removeListener("error", reject);
      act();
    };
    const ended = (): void => settle(() => reject(way.refused("it closed the connection")));
    const look = (): void => {
      const bytes = socket.read(count) as Buffer | null;
      if (bytes?.length === count) settle(() => resolve(bytes));
      // At the end, what there is comes, though it is less.
      else if (bytes) ended();
    };
    socket.on("readable", look).on("end", ended).on("close", ended).on("error", reject);
    look();
  });
}
