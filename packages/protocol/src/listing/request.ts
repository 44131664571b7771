/** What LIST and NLST are asked: letters of options as `ls` has them, and a path; both may be empty. */
export interface ListingRequest {
  readonly options: ReadonlySet<string>;
  readonly path: string;
}

/** Letters that clients send; a word with any other letter is a name that begins with a dash. */
const known = /^-[1aACdFGghlLnopqrRsStTuUx]+$/;

/**
 * Takes options off the front: `-la`, `-l -a path`. What follows them is the path with the spaces in and behind it;
 * `--` ends the options, and what follows that is a path to the letter.
 */
export function parseListingRequest(argument: string): ListingRequest {
  const options = new Set<string>();
  let rest = argument;
  while (rest.startsWith("-")) {
    const space = rest.indexOf(" ");
    const word = space === -1 ? rest : rest.slice(0, space);
    const behind = space === -1 ? "" : rest.slice(space + 1);
    if (word === "--") return { options, path: behind };
    if (!known.test(word)) break;
    for (const letter of word.slice(1)) options.add(letter);
    rest = behind.trimStart();
  }
  return { options, path: rest };
}
