import type { CheckCause } from "../../../spec/mod.ts";
import type { Damage } from "./damage.ts";
import { BYTE_DAMAGES } from "./damage_bytes.ts";
import { CONFIG_DAMAGES } from "./damage_config.ts";
import { FILE_SET_DAMAGES } from "./damage_file_set.ts";
import { HEADER_DAMAGES } from "./damage_header.ts";
import { PACKING_DAMAGES } from "./damage_packing.ts";
import { TENSOR_DAMAGES } from "./damage_tensors.ts";
import { TOKENIZER_DAMAGES } from "./damage_tokenizer.ts";
import type { TinyModel } from "../model_file.ts";

/** Every way in which this harness makes a model's files wrong; names are unique. */
export const DAMAGES: readonly Damage[] = [
  ...BYTE_DAMAGES,
  ...HEADER_DAMAGES,
  ...TENSOR_DAMAGES,
  ...FILE_SET_DAMAGES,
  ...CONFIG_DAMAGES,
  ...PACKING_DAMAGES,
  ...TOKENIZER_DAMAGES,
];

/**
 * Gives the damages that a model has a place for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { damagesOf } from "mlx-conform/internal";
 * import { tinyLlama } from "mlx-conform";
 *
 * const names = damagesOf(tinyLlama({ shards: 1 })).map((damage) => damage.name);
 * assert.equal(names.includes("shard-missing"), false);
 * ```
 */
export function damagesOf(model: TinyModel): Damage[] {
  return DAMAGES.filter((damage) => damage.appliesTo?.(model) ?? true);
}

/** Damages that no file's bytes can show: a world makes them on its disk. */
export const DISK_DAMAGES = {
  "broken-link": { cause: "broken-link", where: "A weight file is a link that leads nowhere." },
  "link-loop": { cause: "broken-link", where: "A weight file is a link that leads to itself." },
  "link-out-of-directory": {
    cause: "outside-directory",
    where: "A weight file is a link to a sound file outside the root.",
  },
  evicted: { cause: "evicted", where: "A weight file has its size but no allocated bytes." },
  "directory-as-weights": { cause: "unreadable", where: "A directory has the weight file's name." },
  "weights-unreadable": { cause: "unreadable", where: "A weight file may not be opened." },
  "read-error": { cause: "unreadable", where: "Reading a weight file fails with EIO." },
} as const satisfies Record<string, { readonly cause: CheckCause; readonly where: string }>;

/** The name of a damage that only a disk can have. */
export type DiskDamage = keyof typeof DISK_DAMAGES;
