import type { PortPool, WithheldPort } from "@twinport/channel";
import type { IpAddress } from "@twinport/protocol";

/** The one port of the passive range that may be out at a time: a small range must not be used up by those who only try. */
export class SparePort {
  readonly #pool: Pick<PortPool, "withhold">;
  #isOut = false;

  constructor(pool: Pick<PortPool, "withhold">) {
    this.#pool = pool;
  }

  /** Takes it out; undefined where one is out, or none can be spared. */
  async withhold(local: IpAddress): Promise<WithheldPort | undefined> {
    if (this.#isOut) return undefined;
    this.#isOut = true;
    const withheld = await this.#pool.withhold(local);
    this.#isOut = withheld !== undefined;
    if (!withheld) return undefined;
    const release = (): void => {
      withheld.release();
      this.#isOut = false;
    };
    return { port: withheld.port, release };
  }
}
