import http from "node:http";
import net from "node:net";
import tls from "node:tls";
import { errnoOf } from "./errors.ts";
import { ProxyWay, hostAndPort, throughProxy } from "./proxy.ts";
import { carriedBy } from "./reset.ts";
import type { ConnectRequest, Connector } from "./connector.ts";
import type { ProxyAddress } from "./proxy.ts";

/** A proxy that knows HTTP's CONNECT, and who we are to it. */
export interface HttpProxy extends ProxyAddress {
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** The proxy itself is spoken to by TLS (`https://`); where it is not signed by a known authority, by whose. */
  readonly tls?: boolean | { readonly ca: string | Buffer | (string | Buffer)[] } | undefined;
}

/** Connects by HTTP's CONNECT (RFC 9110 §9.3.6), with Basic login. Names are looked up by the proxy. */
export function httpConnect(proxy: HttpProxy): Connector {
  return {
    kind: "http-connect",
    connect(request) {
      const way = new ProxyWay(proxy, request);
      const shake = async (raw: net.Socket): Promise<net.Socket> => {
        const socket = proxy.tls ? await secured(raw, proxy, way) : raw;
        await ask(socket, proxy, request, way);
        return socket;
      };
      return throughProxy(proxy, request, way, shake, () => way.silent(request.timeout));
    },
  };
}

function secured(raw: net.Socket, proxy: HttpProxy, way: ProxyWay): Promise<net.Socket> {
  const { ca } = typeof proxy.tls === "object" ? proxy.tls : {};
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      socket: raw,
      host: proxy.host,
      ...(net.isIP(proxy.host) === 0 && { servername: proxy.host }),
      ...(ca !== undefined && { ca }),
    });
    const failed = (cause: Error): void => reject(way.unreachable(`TLS: ${errnoOf(cause) ?? cause.message}`, cause));
    socket.once("secureConnect", () => {
      socket.removeListener("error", failed);
      carriedBy(socket, raw);
      resolve(socket);
    });
    socket.on("error", failed);
  });
}

function ask(
  socket: net.Socket,
  { user, password = "" }: HttpProxy,
  { host, port }: ConnectRequest,
  way: ProxyWay,
): Promise<void> {
  const target = hostAndPort(host, port);
  const login = user === undefined ? undefined : Buffer.from(`${user}:${password}`).toString("base64");
  return new Promise((resolve, reject) => {
    const asked = http.request({
      method: "CONNECT",
      path: target,
      headers: {
        host: target,
        connection: "keep-alive",
        ...(login !== undefined && { "proxy-authorization": `Basic ${login}` }),
      },
      createConnection: () => socket,
    });
    // It is paused, and reads only when the answer can be taken.
    asked.on("socket", () => socket.resume());
    asked.on("error", (cause) => {
      const errno = errnoOf(cause);
      const isHttp = errno === undefined || !errno.startsWith("HPE_");
      reject(way.refused(isHttp ? "it closed the connection" : `it does not speak HTTP (${errno})`));
    });
    asked.on("connect", ({ statusCode = 0, statusMessage = "" }, _socket, head) => {
      const reason = `${statusCode} ${statusMessage}`.trim();
      if (statusCode === 407) reject(way.loginRefused(reason, statusCode));
      else if (statusCode < 200 || statusCode > 299) reject(way.refused(reason, statusCode));
      else {
        socket.pause();
        // The server's greeting may have come in one segment with the proxy's answer.
        if (head.length > 0) socket.unshift(head);
        resolve();
      }
    });
    asked.end();
  });
}
