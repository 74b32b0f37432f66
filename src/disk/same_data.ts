import type { FileSystem } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { hashFile } from "./file_hash.ts";

/**
 * Refuses two files that do not hold the same data: whatever one of them was to be a copy of, it is not.
 *
 * Two names of one file are the same; anything else is hashed.
 *
 * @throws {ModelError} `integrity`
 */
export async function assertSameData(
  files: FileSystem,
  source: string,
  copy: string,
): Promise<void> {
  const [one, two] = [await files.stat(source), await files.stat(copy)];
  if (one.inode === two.inode) return;
  const algorithm = "sha256";
  const [expected, actual] = [
    await hashFile(files, source, { algorithm }),
    await hashFile(files, copy, { algorithm }),
  ];
  if (one.sizeBytes === two.sizeBytes && expected.digest === actual.digest) return;
  throw new ModelError(
    "integrity",
    `Cannot give up "${source}": "${copy}" is not the same; remove the wrong one of the two`,
    { expected: expected.digest, actual: actual.digest },
  );
}
