/** A path in the quotes of a 257 reply, its own quotes doubled (RFC 959 appendix II). */
export function formatQuotedPath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The path out of the text of a 257 reply; undefined where there is none in quotes. */
export function parseQuotedPath(text: string): string | undefined {
  const found = /"((?:[^"]|"")*)"/.exec(text);
  return found?.[1]?.replaceAll('""', '"');
}
