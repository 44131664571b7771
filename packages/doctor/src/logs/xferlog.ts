import { timeOf } from "./line-rules.ts";
import type { LogFormat, LogStep } from "./log-step.ts";

/** Time, seconds, client, bytes, path, type, what was done to it, direction, login, name, service, way, user, how it ended. */
const line =
  /^(\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}) \d+ (?:::ffff:)?(\S+) (\d+) (.*) [ab] (?:\S+) ([oid]) [agr] .* ([ci])$/;

const verbs: Readonly<Record<string, string>> = { o: "RETR", i: "STOR", d: "DELE" };

/** The xferlog of wu-ftpd, which vsftpd, ProFTPD and Pure-FTPd write, too: transfers, and nothing of how they came about. */
export const xferlog: LogFormat = {
  side: "server",
  marks: line,
  reader: () => {
    let transfers = 0;
    return (text): LogStep[] => {
      const [, time = "", address = "", bytes = "", path = "", direction = "", end = ""] = line.exec(text) ?? [];
      if (address === "" || direction === "d") return [];
      const at = timeOf(time);
      const of = { session: String(++transfers), ...(at !== undefined && { at }) };
      const command = `${verbs[direction] ?? ""} ${path}`;
      return [
        { ...of, kind: "connected", client: { address } },
        { ...of, kind: "transferred", command, bytes: Number(bytes), isComplete: end === "c" },
      ];
    };
  },
};
