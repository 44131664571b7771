import { formatEndpoint } from "@twinport/protocol";
import { abandonTransfer } from "./abandon.ts";
import type { Reply } from "@twinport/protocol";
import type { ClientCore } from "./core.ts";
import type { Session } from "./session.ts";

/** One of the two servers that send to each other, and its file. */
export class Side {
  readonly core: ClientCore;
  readonly path: string;
  #session: Session | undefined;

  constructor(core: ClientCore, path: string) {
    this.core = core;
    this.path = path;
  }

  get name(): string {
    const { host, port } = this.core.context.settings;
    return formatEndpoint(host, port);
  }

  get session(): Session {
    if (!this.#session) throw new TypeError("the session is asked for before it is opened");
    return this.#session;
  }

  async open(signal: AbortSignal): Promise<void> {
    this.#session = await this.core.session(signal);
  }

  ask(word: string, argument: string | undefined, signal: AbortSignal): Promise<Reply> {
    this.session.isUsed = true;
    return this.session.conversation.ask(word, argument, { signal });
  }

  /** Takes the connection out of a transfer that will not come to its end. */
  async abandon(): Promise<void> {
    if (!(await abandonTransfer(this.session.conversation))) this.leave();
  }

  leave(): void {
    this.core.drop(this.session);
  }
}
