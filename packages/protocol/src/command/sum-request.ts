/** What XCRC and its kin are asked: a file, and the part of it from a byte up to, and without, another. */
export interface SumRequest {
  readonly path: string;
  /** Without quotes the numbers could be part of the name. */
  readonly isQuoted: boolean;
  readonly start: bigint;
  readonly end: bigint | undefined;
}

/** Reads `path [start [end]]`, the path perhaps in quotes with its own quotes doubled. */
export function parseSumRequest(argument: string): SumRequest {
  const quoted = /^"((?:[^"]|"")*)"(?: (\d{1,40})(?: (\d{1,40}))?)?$/s.exec(argument);
  const plain = /^(.+?)(?: (\d{1,40})(?: (\d{1,40}))?)?$/s.exec(argument);
  const [, path = "", start = "0", end] = quoted ?? plain ?? [];
  return {
    path: quoted ? path.replaceAll('""', '"') : path,
    isQuoted: quoted !== null,
    start: BigInt(start),
    end: end === undefined ? undefined : BigInt(end),
  };
}
