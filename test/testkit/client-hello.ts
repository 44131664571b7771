/** What a made-up ClientHello says. */
export interface MadeHello {
  /** 32 bytes at the most. */
  readonly sessionId?: Uint8Array;
  /** Whole tickets, as TLS 1.2 shows one. */
  readonly ticket?: Uint8Array;
  /** As TLS 1.3 shows them. */
  readonly identities?: readonly Uint8Array[];
  readonly serverName?: string;
  readonly protocols?: readonly string[];
  /** More bytes in an extension that nobody knows. */
  readonly padding?: number;
  /** Bytes in a record of TLS. */
  readonly record?: number;
}

const number = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** (size - 1 - i)) % 256);
const block = (size: number, bytes: readonly number[]): number[] => [...number(bytes.length, size), ...bytes];
const text = (words: string): number[] => Array.from(words, (letter) => letter.charCodeAt(0));
const extension = (type: number, bytes: readonly number[]): number[] => [...number(type, 2), ...block(2, bytes)];

/** A ClientHello in its records, by the book and by nobody's TLS: for what a real client says only rarely. */
export function clientHello(made: MadeHello = {}): Uint8Array {
  const { sessionId = [], ticket, identities, serverName, protocols, ...size } = made;
  const extensions = [
    ...(size.padding === undefined ? [] : extension(21, Array<number>(size.padding).fill(0))),
    ...(serverName === undefined ? [] : extension(0, block(2, [0, ...block(2, text(serverName))]))),
    ...(protocols === undefined
      ? []
      : extension(
          16,
          block(
            2,
            protocols.flatMap((one) => block(1, text(one))),
          ),
        )),
    ...(ticket === undefined ? [] : extension(35, [...ticket])),
    ...(identities === undefined
      ? []
      : extension(41, [
          ...block(
            2,
            identities.flatMap((one) => [...block(2, [...one]), ...number(7, 4)]),
          ),
          ...block(
            2,
            identities.flatMap(() => block(1, Array<number>(32).fill(9))),
          ),
        ])),
  ];
  const random = Array<number>(32).fill(5);
  const body = [
    3,
    3,
    ...random,
    ...block(1, [...sessionId]),
    ...block(2, [0x13, 1]),
    ...block(1, [0]),
    ...block(2, extensions),
  ];
  const message = [1, ...block(3, body)];
  const records: number[] = [];
  const most = size.record ?? 2 ** 14;
  for (let at = 0; at < message.length; at += most) records.push(22, 3, 1, ...block(2, message.slice(at, at + most)));
  return Uint8Array.from(records);
}
