import net from "node:net";
import { once } from "node:events";
import { DataConnection } from "@twinport/channel";

/** A data connection of ours that stands, and the plain socket at its other end. */
export class DataPair implements AsyncDisposable {
  readonly ours: DataConnection;
  readonly theirs: net.Socket;
  readonly #accepted: net.Socket;

  private constructor(accepted: net.Socket, theirs: net.Socket) {
    this.#accepted = accepted;
    this.ours = DataConnection.accepted(accepted, { address: "127.0.0.1", port: accepted.localPort! });
    this.theirs = theirs;
    theirs.on("error", () => {});
  }

  static async open(): Promise<DataPair> {
    const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
    server.listen({ host: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const arrived = once(server, "connection") as Promise<[net.Socket]>;
    const { port } = server.address() as net.AddressInfo;
    const theirs = net.connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    const [accepted] = await arrived;
    if (theirs.connecting) await once(theirs, "connect");
    server.close();
    return new DataPair(accepted, theirs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.theirs.destroy();
    this.ours.close();
    this.#accepted.destroy();
    await new Promise<void>((resolve) => this.ours.onClosed(resolve));
  }
}
