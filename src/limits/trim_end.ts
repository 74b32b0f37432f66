/**
 * A text without the characters at its end that are in `characters`, in time that grows with the text; a pattern such
 * as `/\/+$/` takes the square of it.
 */
export function trimEndOf(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
