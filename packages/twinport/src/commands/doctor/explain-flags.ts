import type { Ends, PictureTheme } from "@twinport/doctor";

/** What commander makes of the options of `twinport explain`. */
export interface ExplainFlags {
  readonly nat: Ends;
  readonly firewall: Ends;
  readonly tls?: true;
  readonly helper?: true;
  readonly port: string;
  readonly sourcePort: string;
  readonly passivePorts: string;
  /** A log to read. */
  readonly log?: string;
  /** Whose log it is. */
  readonly as?: string;
  /** A file for the picture. */
  readonly svg?: string;
  readonly theme: PictureTheme;
  readonly json?: true;
}
