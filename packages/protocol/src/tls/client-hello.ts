/** What a client has said of itself in its first words of TLS, which stand in clear. */
export type ClientHello =
  /** It is not whole yet; `atLeast` is the number of bytes, from the first one, before which nothing new is known. */
  | { readonly kind: "more"; readonly atLeast: number }
  | { readonly kind: "not-tls" }
  | {
      readonly kind: "hello";
      /**
       * For each ticket that is shown, its first 16 bytes in lower-case hex: the name of the keys it was made with (RFC
       * 5077 §4). Shorter tickets are not told of.
       */
      readonly tickets: readonly string[];
      /** In lower-case hex: before TLS 1.3 a session that the client wants to take up, since then any bytes. */
      readonly sessionId: string;
      /** SNI, as it was written. */
      readonly serverName?: string;
      /** ALPN, the best first. */
      readonly protocols: readonly string[];
    };

const HANDSHAKE_RECORD = 22;
/** Of SSL 3 and of every TLS. */
const MAJOR_VERSION = 3;
const RECORD_HEADER = 5;
const MOST_IN_RECORD = 2 ** 14;

const CLIENT_HELLO = 1;
const MESSAGE_HEADER = 4;

const VERSION_AND_RANDOM = 2 + 32;
const OBFUSCATED_AGE = 4;
const KEY_NAME = 16;
const HOST_NAME = 0;

const notTls = { kind: "not-tls" } as const;

/**
 * Reads a ClientHello (RFC 5246 §7.4.1.2, RFC 8446 §4.1.2) from the first bytes of a connection, however many are there
 * yet. What follows it is not looked at.
 */
export function readClientHello(bytes: Uint8Array): ClientHello {
  const found = findMessage(bytes);
  if (!("message" in found)) return found;
  const hello = new Fields(found.message);
  hello.take(VERSION_AND_RANDOM);
  const sessionId = hello.block(1).rest;
  hello.block(2); // ciphers
  hello.block(1); // compressions
  // There were none before TLS 1.2.
  const extensions = hello.isAtEnd ? new Fields(new Uint8Array(0)) : hello.block(2);
  if (hello.isBroken) return notTls;
  return readExtensions(extensions, hexOf(sessionId));
}

type Found = Exclude<ClientHello, { kind: "hello" }> | { readonly message: Uint8Array };

/** A message may be cut into several records, anywhere. Nothing is copied before it is whole. */
function findMessage(bytes: Uint8Array): Found {
  const header: number[] = [];
  let wanted = MESSAGE_HEADER;
  let length = 0;
  for (let at = 0; length < wanted;) {
    const start = at + RECORD_HEADER;
    const isMissing = start >= bytes.length;
    // Of the first record each byte may show that it is none.
    if (isMissing && at > 0) return { kind: "more", atLeast: start + 1 };
    if (!mayBeRecord(bytes, at)) return notTls;
    if (isMissing) return { kind: "more", atLeast: bytes.length + 1 };
    const end = start + lengthOfRecord(bytes, at);
    const there = Math.min(end, bytes.length);
    for (let i = start; i < there && header.length < MESSAGE_HEADER; i++) header.push(bytes[i]!);
    if (header[0] !== CLIENT_HELLO) return notTls;
    if (header.length === MESSAGE_HEADER) {
      wanted = MESSAGE_HEADER + ((header[1]! << 16) | (header[2]! << 8) | header[3]!);
    }
    length += there - start;
    if (length < wanted && end > bytes.length) {
      return { kind: "more", atLeast: Math.min(end, bytes.length + wanted - length) };
    }
    at = end;
  }
  return { message: gather(bytes, wanted).subarray(MESSAGE_HEADER) };
}

/** So many bytes of a message, out of records that have been looked at. */
function gather(bytes: Uint8Array, wanted: number): Uint8Array {
  const first = bytes.subarray(RECORD_HEADER, RECORD_HEADER + lengthOfRecord(bytes, 0));
  if (first.length >= wanted) return first.subarray(0, wanted);
  const message = new Uint8Array(wanted);
  let length = 0;
  for (let at = 0; length < wanted; at += RECORD_HEADER + lengthOfRecord(bytes, at)) {
    const start = at + RECORD_HEADER;
    const most = Math.min(lengthOfRecord(bytes, at), wanted - length);
    message.set(bytes.subarray(start, start + most), length);
    length += most;
  }
  return message;
}

function lengthOfRecord(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3]! << 8) | bytes[at + 4]!;
}

/** Whether a record of a handshake begins there, as far as its header has come; empty ones are not allowed. */
function mayBeRecord(bytes: Uint8Array, at: number): boolean {
  if (at < bytes.length && bytes[at] !== HANDSHAKE_RECORD) return false;
  if (at + 1 < bytes.length && bytes[at + 1] !== MAJOR_VERSION) return false;
  if (at + RECORD_HEADER > bytes.length) return true;
  const length = lengthOfRecord(bytes, at);
  return length > 0 && length <= MOST_IN_RECORD;
}

interface Shown {
  readonly tickets: string[];
  readonly protocols: string[];
  serverName?: string;
}

/** What is read of an extension (RFC 6066, 7301, 5077, 8446 §4.2); one that is broken shows nothing more. */
const readers: ReadonlyMap<number, (data: Uint8Array, shown: Shown) => void> = new Map([
  [0, readServerName],
  [16, readProtocols],
  [35, addTicket],
  [41, readIdentities],
]);

function readExtensions(extensions: Fields, sessionId: string): ClientHello {
  const shown: Shown = { tickets: [], protocols: [] };
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const data = extensions.take(extensions.number(2));
    if (extensions.isBroken) return notTls;
    readers.get(type)?.(data, shown);
  }
  return { kind: "hello", sessionId, ...shown };
}

function readServerName(data: Uint8Array, shown: Shown): void {
  const names = new Fields(data).block(2);
  while (!names.isAtEnd) {
    const type = names.number(1);
    const name = names.take(names.number(2));
    if (names.isBroken) return;
    if (type === HOST_NAME) shown.serverName ??= textOf(name);
  }
}

function readProtocols(data: Uint8Array, { protocols }: Shown): void {
  const names = new Fields(data).block(2);
  while (!names.isAtEnd) {
    const name = names.take(names.number(1));
    if (names.isBroken) return;
    protocols.push(textOf(name));
  }
}

function readIdentities(data: Uint8Array, shown: Shown): void {
  const identities = new Fields(data).block(2);
  while (!identities.isAtEnd) {
    const identity = identities.take(identities.number(2));
    identities.take(OBFUSCATED_AGE);
    if (identities.isBroken) return;
    addTicket(identity, shown);
  }
}

function addTicket(ticket: Uint8Array, { tickets }: Shown): void {
  if (ticket.length < KEY_NAME) return;
  tickets.push(hexOf(ticket.subarray(0, KEY_NAME)));
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Fields one after the other; one that goes beyond the end breaks them, and is empty. */
class Fields {
  #rest: Uint8Array;
  #isBroken = false;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get isAtEnd(): boolean {
    return this.#rest.length === 0;
  }

  get rest(): Uint8Array {
    return this.#rest;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  take(length: number): Uint8Array {
    const taken = this.#rest.subarray(0, length);
    if (taken.length < length) this.#isBroken = true;
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  /** Of so many bytes, the highest first. */
  number(size: number): number {
    return this.take(size).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** What begins with its length, written in so many bytes. */
  block(size: number): Fields {
    const length = this.number(size);
    return new Fields(this.take(length));
  }
}
