/** Winsock's numbers for what has a name elsewhere. */
const winsock: Readonly<Record<string, string>> = {
  "10013": "EACCES",
  "10024": "EMFILE",
  "10048": "EADDRINUSE",
  "10049": "EADDRNOTAVAIL",
  "10051": "ENETUNREACH",
  "10053": "ECONNABORTED",
  "10054": "ECONNRESET",
  "10060": "ETIMEDOUT",
  "10061": "ECONNREFUSED",
  "10065": "EHOSTUNREACH",
  "11001": "ENOTFOUND",
};

/** Names that mean the same. */
const sameAs: Readonly<Record<string, string>> = {
  EAI_NONAME: "ENOTFOUND",
  EAI_NODATA: "ENOTFOUND",
  EWOULDBLOCK: "ETIMEDOUT",
  UNABLE_TO_GET_ISSUER_CERT: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CURL 51": "curl 60",
};

/**
 * The word that somebody means, as it stands in the table: in any case, and also out of a line that a program has said
 * (`curl: (28) …`, `425 Can't open …`, `WSAECONNRESET`).
 *
 * @returns undefined where there is none; a reply's code that is not in the table is given all the same
 */
export function readWord(said: string, known: readonly string[]): string | undefined {
  const text = said.trim();
  const curl = /^curl\D{1,3}(\d{1,3})\b/i.exec(text)?.[1];
  const code = /^([1-6](?:\d\d|yz))(?![\d\w])/i.exec(text)?.[1];
  const number = /\b(1[01]\d{3})\b/.exec(text)?.[1];
  const candidates = [
    ...(curl === undefined ? [] : [`curl ${Number(curl)}`]),
    ...(code === undefined ? [] : [code]),
    text,
    ...(number === undefined ? [] : [winsock[number] ?? ""]),
    // A name out of a longer text.
    ...(text.match(/[A-Z][A-Z_]{3,}/g) ?? []),
  ].map((one) => one.toUpperCase().replace(/^WSA(?=E)/, ""));
  const words = new Map(known.map((word) => [word.toUpperCase(), word]));
  for (const candidate of candidates) {
    const found = words.get(candidate) ?? sameAs[candidate];
    if (found !== undefined) return found;
  }
  return code !== undefined && /^\d{3}$/.test(code) ? code : undefined;
}
