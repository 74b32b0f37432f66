/** A word in single quotes, as every shell reads it. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The name of the shell function that completes a program. */
export function functionName(program: string): string {
  return `_${program.replaceAll(/\W/g, "_")}`;
}
