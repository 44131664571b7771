import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";

/** What a client of TLS says first. */
export async function realHello(options: tls.ConnectionOptions = {}): Promise<Buffer> {
  const listener = net.createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as net.AddressInfo;
  const client = tls.connect({ port, host: "127.0.0.1", servername: "localhost", ...options }).on("error", () => {});
  const [socket] = (await once(listener, "connection")) as [net.Socket];
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  socket.destroy();
  listener.close();
  return hello;
}
