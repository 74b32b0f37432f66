import { trimEndOf } from "../limits/trim_end.ts";
import { MARKER_NAME } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

const RESERVED_REGEXP = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i;
const COMPONENT_BYTES_MAX = 255;
/** Git runs what a `.git` directory configures; the other names are its short forms on NTFS. */
const GIT_REGEXP = /^(?:\.git|git~[0-9]+)$/;
/** Code points that HFS+ ignores in a name. */
const IGNORED_REGEXP = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** More of a path says nothing to its reader; the error's field `file` has all of it. */
const SHOWN_LENGTH_MAX = 300;
/** No system opens a longer path. */
const PATH_BYTES_MAX = 4096;

/**
 * Refuses a listed path that would leave the model's directory or is not safe on every disk:
 * `LAYOUT-UNSAFE`, `LAYOUT-ROOT-ONLY`, `LAYOUT-GIT`, `LAYOUT-HIDDEN`.
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
  const first = asStored(components[0] ?? "");
  if (first === ".cache" || first === MARKER_NAME) {
    return "its name is kept for the state of downloaders";
  }
  return undefined;
}

/** The name that some common kind of volume makes of a component: case, ignored code points, trailing dots and blanks. */
function asStored(component: string): string {
  return trimEndOf(component.replace(IGNORED_REGEXP, ""), ". ").toUpperCase().toLowerCase();
}

function reasonUnsafeComponent(component: string): string | undefined {
  if (component === "") return "its name has an empty component";
  if (component === "." || component === "..") return `its name has a "${component}" component`;
  if (component.includes(":")) return "a component of its name has a colon, which names a stream";
  if (GIT_REGEXP.test(asStored(component))) return `"${component}" is git's own name`;
  if (/[. ]$/.test(component)) return "a component of its name ends in a dot or a blank";
  if (RESERVED_REGEXP.test(component)) return `"${component}" is a reserved name`;
  if (Buffer.byteLength(component) > COMPONENT_BYTES_MAX)
    return "a component of its name is too long";
  return undefined;
}
