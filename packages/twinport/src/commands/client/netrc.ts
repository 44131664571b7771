/** What a netrc says of one machine. */
export interface NetrcLogin {
  readonly login?: string;
  readonly password?: string;
  readonly account?: string;
}

/** One machine of a netrc; `default` has none. */
interface NetrcEntry extends NetrcLogin {
  readonly machine: string | undefined;
}

/** What is quoted (`"` and `\` stand behind `\`), line ends, and words. A `#` is a comment at the beginning of a line only. */
const TOKEN = /^[^\S\n]*#[^\n]*|"((?:[^"\\]|\\.)*)"?|(\n)|([^\s"]\S*)/gms;

type Token = { readonly kind: "word"; readonly text: string } | { readonly kind: "line-end" };

/** Reads the file in which `ftp` and its kind keep logins (ftp(1), "THE .netrc FILE"). What makes no sense is skipped. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const entries: NetrcEntry[] = [];
  const tokens = tokensOf(text);
  const nextWord = (): string | undefined => {
    for (let token = tokens.shift(); token; token = tokens.shift()) if (token.kind === "word") return token.text;
    return undefined;
  };
  for (let word = nextWord(); word !== undefined; word = nextWord()) {
    if (word === "machine") entries.push({ machine: nextWord() ?? "" });
    else if (word === "default") entries.push({ machine: undefined });
    else if (word === "macdef") skipMacro(tokens);
    else if (word === "login" || word === "password" || word === "account") {
      const value = nextWord();
      const last = entries.pop();
      if (last) entries.push(value === undefined ? last : { ...last, [word]: value });
    }
  }
  return entries;
}

/** The first entry for a host, and for a user where one is named. */
export function netrcLoginOf(entries: readonly NetrcEntry[], host: string, user?: string): NetrcLogin | undefined {
  const isMeant = ({ machine, login }: NetrcEntry): boolean =>
    (machine === undefined || machine.toLowerCase() === host.toLowerCase()) &&
    (user === undefined || login === undefined || login === user);
  return entries.find(isMeant);
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].flatMap(([, quoted, lineEnd, plain]): Token[] => {
    if (lineEnd !== undefined) return [{ kind: "line-end" }];
    if (quoted !== undefined) return [{ kind: "word", text: quoted.replaceAll(/\\(.)/gs, "$1") }];
    return plain === undefined ? [] : [{ kind: "word", text: plain }];
  });
}

/** A macro ends with an empty line. */
function skipMacro(tokens: Token[]): void {
  let ends = 0;
  while (tokens.length > 0 && ends < 2) ends = tokens.shift()?.kind === "line-end" ? ends + 1 : 0;
}
