import type { HostPort, IpAddress } from "@twinport/protocol";
import type { LoginThrottle } from "@twinport/accounts";
import type { AccountsInUse, Rates } from "./limits.ts";
import type { BufferBudget, DataConnection, PortPool } from "@twinport/channel";
import type { Arrivals } from "./far-end/arrivals.ts";
import type { AskingRate } from "./far-end/asking-rate.ts";
import type { SparePort } from "./far-end/spare-port.ts";
import type { UntakenOffers } from "./far-end/untaken-offers.ts";
import type { HeldEntries } from "./listing/held-entries.ts";
import type { AddressBook } from "./address-book.ts";
import type { ServerEvents, SessionInfo } from "./observe.ts";
import type { HashPool } from "./hash-pool.ts";
import type { Settings } from "./options.ts";
import type { Session } from "./session.ts";
import type { SourcePorts } from "./source-ports.ts";

/** A session and what it is doing. */
export interface SessionActivity {
  readonly session: SessionInfo;
  /** The same for sessions of the same account, and for no others. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly doing: string;
}

/** What all sessions of a server share. */
export interface Services {
  readonly settings: Settings;
  readonly pool: PortPool;
  readonly buffers: BufferBudget;
  readonly addresses: AddressBook;
  readonly sourcePorts: SourcePorts;
  /** Who came to the ports that were offered last. */
  readonly arrivals: Arrivals;
  readonly untaken: UntakenOffers;
  readonly sparePort: SparePort;
  /** What clients may ask of the far end: dials, and looks at the system's connections. */
  readonly askingRates: { readonly dials: AskingRate; readonly looks: AskingRate };
  /** What sorted lists hold. */
  readonly heldEntries: HeldEntries;
  readonly hashes: HashPool;
  /** All sessions that are there, and what they are doing. */
  readonly activities: () => SessionActivity[];
  readonly accountsInUse: AccountsInUse;
  /** What all sessions together may move. */
  readonly rates: Rates;
  /** Undefined where nobody is slowed down. */
  readonly throttle: LoginThrottle | undefined;
  /** Whether one of our own sockets listens there; `local` is an address of ours. */
  readonly isOwnListener: (where: HostPort, local: IpAddress) => boolean;
  /** Keeps a data connection in sight until it is gone, so that closing the server ends it. */
  readonly track: (connection: DataConnection) => void;
  readonly emit: <Name extends keyof ServerEvents>(name: Name, ...event: ServerEvents[Name]) => void;
  readonly isTraced: () => boolean;
  /** The sessions that are there and speak TLS, by what their tickets begin with. */
  readonly byTicket: Map<string, Session>;
  /** Counts a data connection by TLS, and whether it was proven to be its session's. */
  readonly countData: (isOwn: boolean) => void;
}
