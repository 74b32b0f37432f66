import { ModelError } from "../errors.ts";

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
  const parts = repository.split("/");
  const [org, name] = parts;
  if (
    parts.length !== 2 ||
    org === undefined ||
    name === undefined ||
    !isPart(org) ||
    !isPart(name)
  ) {
    throw new ModelError(
      "invalid-argument",
      `Cannot use ${JSON.stringify(repository)} as a repository id: write it as "org/name" with letters, digits, ".", "_" and single "-"`,
    );
  }
  return { org, name };
}

function isPart(part: string): boolean {
  return (
    part.length <= PART_LENGTH_MAX &&
    PART_REGEXP.test(part) &&
    !part.includes("--") &&
    !part.includes("..")
  );
}
