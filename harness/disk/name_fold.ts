/** Maps names to what equal names have in common. */
export type NameFold = (name: string) => string;

/** Takes names for one that differ in case or in Unicode normalization only, as APFS does on a Mac. */
export function foldCaseAndForm(name: string): string {
  return name.normalize("NFD").toUpperCase().toLowerCase().normalize("NFD");
}

/** Takes names for one that differ in the case of single letters only, as exFAT's table does. */
export function foldCase(name: string): string {
  // Letter by letter, without the ones that become two: `ß` is not `ss` on these volumes.
  return Array.from(name)
    .map((letter) => {
      const upper = letter.toUpperCase();
      return upper.length === letter.length ? upper : letter;
    })
    .join("");
}
