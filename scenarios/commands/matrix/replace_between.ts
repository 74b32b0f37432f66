/**
 * Puts a text between the two comments of that name in a Markdown file.
 *
 * @throws {RangeError} when the file does not have the two comments once each, in order
 */
export function replaceBetween(
  text: string,
  name: string,
  options: { readonly content: string },
): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const parts = text.split(begin);
  const [before = "", after = ""] = parts;
  const rest = after.split(end);
  if (parts.length !== 2 || rest.length !== 2)
    throw new RangeError(
      `Cannot find the place for "${name}": the text needs ${begin} and ${end} once`,
    );
  return `${before}${begin}\n\n${options.content}\n\n${end}${rest[1]}`;
}
