import { inPrefix, parseIp, parsePrefix } from "@twinport/protocol";

/** Whom to connect to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** The proxy that the environment names for a server: FTP_PROXY, else ALL_PROXY, unless NO_PROXY has the server. */
export function proxyFromEnvironment(environment: NodeJS.ProcessEnv, target: ProxyTarget): string | undefined {
  const read = (name: string): string | undefined => {
    const value = environment[name.toLowerCase()] ?? environment[name];
    return value === undefined || value.trim() === "" ? undefined : value.trim();
  };
  if (isExcepted(read("NO_PROXY") ?? "", target)) return undefined;
  return read("FTP_PROXY") ?? read("ALL_PROXY");
}

/** Whether a server is in a list such as `localhost,.example.org,10.0.0.0/8,[::1],files:2121`. */
export function isExcepted(list: string, target: ProxyTarget): boolean {
  return list.split(/[\s,]+/).some((item) => item !== "" && matches(item.toLowerCase(), target));
}

function matches(item: string, { host, port }: ProxyTarget): boolean {
  if (item === "*") return true;
  const address = parseIp(host);
  const prefix = parsePrefix(item);
  if (prefix) return address !== undefined && address.family === prefix.address.family && inPrefix(prefix, address);
  const [, bracketed, plain, ofPort] = /^(?:\[([^\]]+)\]|([^:]+|.*:.*:.*?))(?::(\d+))?$/.exec(item) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  const name = bracketed ?? plain ?? item;
  if (address) return parseIp(name)?.text === address.text;
  const domain = name.replace(/^\*?\./, "").replace(/\.$/, "");
  const asked = host.toLowerCase().replace(/\.$/, "");
  return domain !== "" && (asked === domain || asked.endsWith(`.${domain}`));
}
