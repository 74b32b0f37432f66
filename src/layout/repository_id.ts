import { ModelError } from "../errors.ts";
import { trimEndOf } from "../limits/trim_end.ts";

/** A repository id in its two parts. */
export interface RepositoryId {
  readonly org: string;
  readonly name: string;
}

/** What the hub allows in either part; `--` and `..` are refused there too, which makes model ids unambiguous. */
const PART_REGEXP = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/;
const PART_LENGTH_MAX = 96;

/**
 * Splits `org/name`, refusing what is not a repository id on the hub: `LAYOUT-NAMES`.
 *
 * @throws {ModelError} `invalid-argument`
 */
export function parseRepositoryId(repository: string): RepositoryId {
  const [org, name] = repository.split("/");
  if (!isRepositoryId(repository) || org === undefined || name === undefined) {
    throw new ModelError(
      "invalid-argument",
      `Cannot use ${JSON.stringify(repository)} as a repository id; ${adviceFor(repository)}`,
    );
  }
  return { org, name };
}

/** Ways in which other programs write an id: before it a scheme, the hub's host or a type, behind it a variant. */
const PREFIX_REGEXP =
  /^(?:hf|huggingface|https?):\/\/|^(?:www\.)?(?:huggingface\.co|hf\.co)\/|^models\//i;
const VARIANT_REGEXP = /[@:]([^@:/]*)$/;

/** What the writer may have meant: `LAYOUT-NAMES`. */
function adviceFor(text: string): string {
  let meant = trimEndOf(text.trim(), "/");
  for (let at = 0; at < 3; at++) meant = meant.replace(PREFIX_REGEXP, "");
  const [variant, named] = VARIANT_REGEXP.exec(meant) ?? [];
  if (variant !== undefined) meant = meant.slice(0, -variant.length);
  if (meant === text || !isRepositoryId(meant))
    return 'write it as "org/name" with letters, digits, ".", "_" and single "-"';
  const more =
    named === undefined
      ? ""
      : ", name a branch, tag or commit with --revision, and a quantization by the repository that has it";
  return `write "${meant}"${more}`;
}

/** Whether the hub could have a repository of this id. */
export function isRepositoryId(text: string): boolean {
  const parts = text.split("/");
  return parts.length === 2 && parts.every(isPart);
}

function isPart(part: string): boolean {
  return (
    part.length <= PART_LENGTH_MAX &&
    PART_REGEXP.test(part) &&
    !part.includes("--") &&
    !part.includes("..")
  );
}
