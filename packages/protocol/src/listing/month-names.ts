/** How `ls` shortens the months, by language. A word that is another month elsewhere is not in here (Croatian). */
export const monthNames: Readonly<Record<string, string>> = {
  English: "jan feb mar apr may jun jul aug sep oct nov dec",
  "English, long": "january february march april may june july august september october november december",
  "English, otherwise": "jan feb mar apr may june july aug sept oct nov dec",
  Catalan: "gen febr març abr maig juny jul ag set oct nov des",
  Czech: "led úno bře dub kvě čen čec srp zář říj lis pro",
  Danish: "jan feb mar apr maj jun jul aug sep okt nov dec",
  Dutch: "jan feb mrt apr mei jun jul aug sep okt nov dec",
  Estonian: "jaan veebr märts apr mai juuni juuli aug sept okt nov dets",
  Finnish: "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
  French: "janv févr mars avril mai juin juil août sept oct nov déc",
  "French, shorter": "jan fév mar avr mai jun jui aoû sep oct nov déc",
  "French, without accents": "janv fevr mars avr mai juin juil aout sept oct nov dec",
  German: "jan feb mär apr mai jun jul aug sep okt nov dez",
  "German, otherwise": "jän feb mrz april mai juni juli aug sept okt nov dez",
  Greek: "ιαν φεβ μαρ απρ μαΐ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
  "Greek, otherwise": "ιαν φεβ μαρ απρ μάι ιούν ιούλ αύγ σεπ οκτ νοέ δεκ",
  Hungarian: "jan febr márc ápr máj jún júl aug szept okt nov dec",
  Icelandic: "jan feb mar apr maí jún júl ágú sep okt nóv des",
  Italian: "gen feb mar apr mag giu lug ago set ott nov dic",
  Lithuanian: "sau vas kov bal geg bir lie rgp rgs spa lap gru",
  Norwegian: "jan feb mars april mai juni juli aug sep okt nov des",
  Polish: "sty lut mar kwi maj cze lip sie wrz paź lis gru",
  Portuguese: "jan fev mar abr mai jun jul ago set out nov dez",
  Romanian: "ian feb mar apr mai iun iul aug sep oct noi dec",
  Russian: "янв фев мар апр май июн июл авг сен окт ноя дек",
  "Russian, otherwise": "янв фев мар апр мая июн июл авг сен окт ноя дек",
  Slovak: "jan feb mar apr máj jún júl aug sep okt nov dec",
  Slovenian: "jan feb mar apr maj jun jul avg sep okt nov dec",
  Spanish: "ene feb mar abr may jun jul ago sept oct nov dic",
  Swedish: "jan feb mars apr maj juni juli aug sep okt nov dec",
  Turkish: "oca şub mar nis may haz tem ağu eyl eki kas ara",
  Ukrainian: "січ лют бер кві тра чер лип сер вер жов лис гру",
};

const numbers = new Map<string, number>();
for (const names of Object.values(monthNames))
  for (const [i, name] of names.split(" ").entries()) numbers.set(name, i + 1);

/** The number of a month by its name in any language, from 1 on. A letter that was not decoded (U+FFFD) may be any. */
export function monthNumber(word: string): number | undefined {
  const name = word.toLowerCase().normalize("NFC");
  const known = numbers.get(name);
  if (known !== undefined || !name.includes("\ufffd")) return known;
  const found = new Set<number>();
  for (const [candidate, month] of numbers) if (isAlike(candidate, name)) found.add(month);
  return found.size === 1 ? [...found][0] : undefined;
}

function isAlike(name: string, broken: string): boolean {
  if (name.length !== broken.length) return false;
  for (let i = 0; i < name.length; i++) {
    // What ASCII has is never lost.
    const isLost = broken[i] === "\ufffd" && name[i]! > "\u007f";
    if (!isLost && broken[i] !== name[i]) return false;
  }
  return true;
}
