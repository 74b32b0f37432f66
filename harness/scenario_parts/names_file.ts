/** Whether a text names a file by its path, and not only one whose name ends or begins alike. */
export function namesFile(text: string, path: string): boolean {
  const escaped = path.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w.-])${escaped}(?![\\w-]|\\.\\w)`, "u").test(text);
}
