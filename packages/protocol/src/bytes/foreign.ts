import { lookUpVerb } from "../command/verbs.ts";

const HANDSHAKE = 22;
const SSL_MAJOR = 3;

/** Whether the first bytes of a connection are TLS's: somebody takes the port for one where TLS is spoken at once. */
export function isTlsHello(bytes: Uint8Array): boolean {
  return bytes[0] === HANDSHAKE && (bytes.length === 1 || bytes[1] === SSL_MAJOR);
}

/**
 * Whether a line is the first one of an HTTP request: a browser was led here, whose form may hold commands for us
 * (cross-protocol attacks). A file may be called like one, but no verb of ours is a method of HTTP.
 */
export function isHttpRequest(line: Uint8Array): boolean {
  // "X / HTTP/1.0" is the shortest; what ends otherwise is not looked at further.
  if (line.length < 10 || line.length > 8192 || line[line.length - 2] !== 0x2e) return false;
  const text = String.fromCharCode(...line.subarray(0, 32)) + String.fromCharCode(...line.subarray(-9));
  const word = text.slice(0, text.indexOf(" "));
  return / HTTP\/\d\.\d$/.test(text) && /^[A-Z]+$/.test(word) && lookUpVerb(word).kind === "unknown";
}
