import type { HostPort, IpAddress } from "@twinport/protocol";
import type { BufferBudget, DataConnection, PortPool } from "@twinport/channel";
import type { AddressBook } from "./address-book.ts";
import type { ServerEvents } from "./observe.ts";
import type { Settings } from "./options.ts";
import type { SourcePorts } from "./source-ports.ts";

/** What all sessions of a server share. */
export interface Services {
  readonly settings: Settings;
  readonly pool: PortPool;
  readonly buffers: BufferBudget;
  readonly addresses: AddressBook;
  readonly sourcePorts: SourcePorts;
  /** Whether one of our own sockets listens there; `local` is an address of ours. */
  readonly isOwnListener: (where: HostPort, local: IpAddress) => boolean;
  /** Keeps a data connection in sight until it is gone, so that closing the server ends it. */
  readonly track: (connection: DataConnection) => void;
  readonly emit: <Name extends keyof ServerEvents>(name: Name, ...event: ServerEvents[Name]) => void;
  readonly isTraced: () => boolean;
}
