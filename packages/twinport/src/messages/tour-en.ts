import type { DataMode } from "@twinport/protocol";

/** The ports of one figure, as its sentence needs them. */
export interface TourPorts {
  /** The client's ends of the command connection and of the data connection. */
  readonly clientControl: number;
  readonly clientData: number;
  readonly serverData: number;
}

/** What `twinport tour` says, in English. */
export const tourEn = {
  tour: "see both modes on this computer: a server and a client, one transfer each, drawn with their real ports",
  json: "the figures as a JSON object",
  svg: "write both figures into this file too, as an SVG",
  intro: (file: string, bytes: number) =>
    `A server and a client, both on this computer. ${file} (${bytes} bytes) is fetched once in each mode.`,
  titles: {
    active: "active: the server knocks, the client opens",
    passive: "passive: the client knocks, the server opens",
  },
  /** What stands on the arrows of a mode, besides what was said. */
  asks: {
    active: (line: string, port: number) => `${line} (come to my port ${port})`,
    passive: (line: string, _port: number) => `${line} (where may I come?)`,
  },
  connects: { active: "opens the data connection, sends the data", passive: "opens the data connection" },
  data: { active: "ACK", passive: "sends the data; ACK" },
  seen: "Seen:",
  opened: {
    active: ({ clientControl: command, clientData: data }: TourPorts) => {
      const added = data === command + 1 ? `${command} + 1; ` : "";
      return `Active: the client opened ${data} (${added}in PORT: ${sumOf(data)}), the server knocked there.`;
    },
    passive: ({ serverData }: TourPorts) =>
      `Passive: the server opened ${serverData} (in 227: ${sumOf(serverData)}), the client knocked there.`,
  },
  lesson: "Firewalls must let the knock in: the client's in active mode, the server's in passive mode.",
  next: "Next:",
  doctor: "what works with your server, and what is in the way",
  explain: "the figure with a firewall in it, and what to open",
  notListening: (why: string) => `nothing can listen on 127.0.0.1 of this computer, where it would be shown: ${why}`,
  notMoved: (mode: DataMode) => `the ${mode} transfer on this computer has not come about`,
};

/** A port in the form in which PORT and 227 tell it: two bytes. */
export function sumOf(port: number): string {
  return `${port >> 8} × 256 + ${port & 255}`;
}

/** The sentences of `twinport tour`. */
export type TourMessages = typeof tourEn;
