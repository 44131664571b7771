/** What two spellings of one name have in common: accents may be letters of their own, or part of theirs. */
export function sameName(name: string): string {
  return name.normalize("NFC");
}
