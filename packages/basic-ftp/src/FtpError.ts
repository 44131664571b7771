import type { Attempt } from "@twinport/client";

/** A reply of the server. */
export interface FTPResponse {
  readonly code: number;
  /** The whole reply with its code, its lines joined by LF. */
  readonly message: string;
}

/** The server has said no. The connection stays usable. */
export class FTPError extends Error {
  /** Of the reply. */
  readonly code: number;
  /** The ways for data that were tried in vain before, if any. */
  declare attempts?: readonly Attempt[];

  constructor(res: FTPResponse) {
    super(res.message);
    this.name = this.constructor.name;
    this.code = res.code;
  }
}
