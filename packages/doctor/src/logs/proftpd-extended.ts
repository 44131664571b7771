import { remember, stepOf, timeOf } from "./line-rules.ts";
import type { LogFormat, LogReader } from "./log-step.ts";

/** `LogFormat default "%h %l %u %t \"%r\" %s %b"`; a log of a web server has the same form. */
const line =
  /^(?!.* HTTP\/\d)(\S+) \S+ \S+ \[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\] "([^"]*)" (\d{3}|-) (\d+|-)(?:\s|$)/;

/** ProFTPD's ExtendedLog, in its own format: commands and the codes of their replies. */
export const proftpdExtended: LogFormat = { side: "server", marks: line, reader };

function reader(): LogReader {
  let sessions = 0;
  const current = new Map<string, { readonly session: string; readonly said: string }>();
  return (text) => {
    const [, client = "", day, month, year, clock, zone, said = "", code = "", bytes = ""] = line.exec(text) ?? [];
    if (client === "") return [];
    const at = timeOf(`${day} ${month} ${year} ${clock} ${zone}`);
    const known = current.get(client);
    // Nothing but the client's address tells sessions apart.
    const isFirst = /^(?:USER|AUTH)\b/.test(said) && known?.said.startsWith("AUTH") !== true;
    const session = known === undefined || isFirst ? String(++sessions) : known.session;
    remember(current, client, { session, said });
    return [
      ...(session === known?.session ? [] : [stepOf({ kind: "connected", client: { address: client } }, session, at)]),
      stepOf({ kind: "command", line: said }, session, at),
      ...(bytes === "-" || bytes === "" ? [] : [stepOf({ kind: "moved", bytes: Number(bytes) }, session, at)]),
      ...(code === "-" ? [] : [stepOf({ kind: "reply", code: Number(code), text: "" }, session, at)]),
    ];
  };
}
