import { MARKER_NAME } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

const RESERVED_REGEXP = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
const COMPONENT_BYTES_MAX = 255;
/** More of a path says nothing to its reader; the error's field `file` has all of it. */
const SHOWN_LENGTH_MAX = 300;
/** No system opens a longer path. */
const PATH_BYTES_MAX = 4096;

/**
 * Refuses a listed path that would leave the model's directory or is not safe on every disk:
 * `LAYOUT-UNSAFE`, `LAYOUT-ROOT-ONLY`.
 *
 * @param path a path as the hub lists it
 * @throws {ModelError} `unsafe-path` with the path as `file`
 */
export function assertSafePath(path: string): void {
  const why = reasonUnsafe(path);
  if (why === undefined) return;
  const shown = path.length > SHOWN_LENGTH_MAX ? `${path.slice(0, SHOWN_LENGTH_MAX)}…` : path;
  throw new ModelError(
    "unsafe-path",
    `Cannot place the listed file ${JSON.stringify(shown)}: ${why}; do not trust this repository or hub`,
    { file: path },
  );
}

function reasonUnsafe(path: string): string | undefined {
  if (path === "") return "its name is empty";
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) return "its name is too long";
  if (!path.isWellFormed()) return "its name is not valid Unicode";
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return "its name has a control character";
  if (path.includes("\\")) return "its name has a backslash";
  if (path.startsWith("/")) return "its name is absolute";
  if (/^[A-Za-z]:/.test(path)) return "its name has a drive prefix";
  const components = path.split("/");
  for (const component of components) {
    const reason = reasonUnsafeComponent(component);
    if (reason !== undefined) return reason;
  }
  if (components[0]?.toLowerCase() === ".cache" || components[0]?.toLowerCase() === MARKER_NAME) {
    return "its name is kept for the state of downloaders";
  }
  return undefined;
}

function reasonUnsafeComponent(component: string): string | undefined {
  if (component === "") return "its name has an empty component";
  if (component === "." || component === "..") return `its name has a "${component}" component`;
  if (/[. ]$/.test(component)) return "a component of its name ends in a dot or a blank";
  if (RESERVED_REGEXP.test(component)) return `"${component}" is a reserved name`;
  if (Buffer.byteLength(component) > COMPONENT_BYTES_MAX)
    return "a component of its name is too long";
  return undefined;
}
