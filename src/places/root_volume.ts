import { join } from "node:path";
import type { FileSystem, Random, SubjectConfig } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { readSmallFile, writeSmallFile } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { parseJsonText } from "../limits/parse_json_text.ts";

/** The identity of a root, below it: `PLACE-AWAY`. */
const IDENTITY = join(".mlx-layout", "volume.json");
const FORMAT = "mlx-layout-volume/1";

/** Where systems mount disks, each under a name of its own. */
const MOUNT_REGEXP = /^(?:\/Volumes\/[^/]+|\/(?:run\/)?media\/[^/]+\/[^/]+)(?=\/|$)/;

/** Reads the identity that a root has; undefined where it has none. */
export async function readVolume(files: FileSystem, root: string): Promise<string | undefined> {
  const text = await readSmallFile(files, join(root, IDENTITY));
  try {
    const { format, id } = parseJsonText(text ?? "") as Record<string, unknown>;
    return format === FORMAT && typeof id === "string" ? id : undefined;
  } catch {
    // What is not an identity identifies nothing.
    return undefined;
  }
}

/** Gives a root an identity, or finds the one that it has. */
export async function writeVolume(
  host: { readonly files: FileSystem; readonly random: Random },
  root: string,
): Promise<string> {
  const known = await readVolume(host.files, root);
  if (known !== undefined) return known;
  const part = () =>
    Math.floor(host.random() * 2 ** 32)
      .toString(16)
      .padStart(8, "0");
  const id = `${part()}${part()}${part()}${part()}`;
  const text = `${JSON.stringify({ format: FORMAT, id })}\n`;
  const temporaryDirectory = join(root, ".mlx-layout");
  await makeDirectories(host.files, temporaryDirectory);
  await writeSmallFile(host.files, join(root, IDENTITY), {
    text,
    temporaryDirectory,
    random: host.random,
  });
  return id;
}

/**
 * Why nothing can be said of the models below a root: its volume is not there, or another one is in its place.
 *
 * @returns undefined where the root is there, or was never made on a volume that is
 */
export async function whyAway(
  files: FileSystem,
  { root, volume }: SubjectConfig,
): Promise<string | undefined> {
  const isThere = (await lstatIfThere(files, root)) !== undefined;
  if (volume !== undefined) {
    if (!isThere) return `its volume is not there: "${root}" is gone`;
    const found = await readVolume(files, root);
    if (found !== volume) return `another volume is in the place of the one that "${root}" was on`;
  }
  const [mount] = MOUNT_REGEXP.exec(root) ?? [];
  const isMounted = mount === undefined || (await lstatIfThere(files, mount)) !== undefined;
  return isThere || isMounted ? undefined : `the volume "${mount}" is not there`;
}

/**
 * Refuses to change anything below a root whose volume is away, or that may only be read: `PLACE-AWAY`.
 *
 * @throws {ModelError} `disk-io` for a volume that is away, `access-denied` for a root that may only be read
 */
export async function assertWritableRoot(files: FileSystem, config: SubjectConfig): Promise<void> {
  const { root, isReadOnly = false } = config;
  const away = await whyAway(files, config);
  if (away !== undefined) {
    throw new ModelError(
      "disk-io",
      `Cannot change anything below "${root}": ${away}; connect that volume, or name another root with --root`,
    );
  }
  if (!isReadOnly) return;
  throw new ModelError(
    "access-denied",
    `Cannot change anything below "${root}": it was added to be read only; name another root with --root`,
  );
}
