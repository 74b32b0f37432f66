import type { CheckCause, RequirementId } from "../../spec/mod.ts";
import type { Damage } from "../models/mod.ts";

/** Which requirement a cause belongs to; `unreadable` is in none. */
const REQUIREMENT_OF_CAUSE: Readonly<Record<CheckCause, RequirementId | undefined>> = {
  "missing-config": "LOAD-CONFIG",
  "bad-config": "LOAD-CONFIG",
  "missing-weights": "LOAD-SHARD",
  "missing-shard": "LOAD-SHARD",
  empty: "LOAD-EMPTY",
  truncated: "LOAD-TRUNCATED",
  "trailing-bytes": "LOAD-TRAILING",
  zeroed: "LOAD-ZEROED",
  "not-a-number": "LOAD-NAN",
  appledouble: "LOAD-SIDECAR",
  "lfs-pointer": "LOAD-POINTER",
  html: "LOAD-HTML",
  evicted: "LOAD-EVICTED",
  "broken-link": "LOAD-LINK",
  "outside-directory": "LOAD-LINK",
  "header-too-large": "LOAD-HEADER",
  "bad-header": "LOAD-HEADER",
  "duplicate-tensor": "LOAD-HEADER",
  overlap: "LOAD-EXTENTS",
  "out-of-range": "LOAD-EXTENTS",
  dtype: "LOAD-SHAPES",
  shape: "LOAD-SHAPES",
  quantization: "LOAD-SHAPES",
  "missing-tensor": "LOAD-TENSORS",
  "extra-tensor": "LOAD-TENSORS",
  "unsupported-architecture": "LOAD-TENSORS",
  "foreign-weights": "LOAD-STRAY",
  "missing-tokenizer": "LOAD-TOKENIZER",
  "bad-tokenizer": "LOAD-TOKENIZER",
  "missing-tokenizer-config": "LOAD-TOKENIZER",
  "bad-template": "LOAD-TEMPLATE",
  hash: "LOAD-FLIPPED",
  unreadable: undefined,
};

/** Damages that are about another requirement than their cause says. */
const REQUIREMENT_OF_DAMAGE: Readonly<Record<string, RequirementId>> = {
  "tensors-leave-a-gap": "LOAD-EXTENTS",
  // No header names it twice; it is one too many in the model.
  "tensor-in-two-shards": "LOAD-TENSORS",
};

/** Causes that the law allows for a requirement besides what a damage itself says. */
const ALSO_ALLOWED: Readonly<Partial<Record<RequirementId, readonly CheckCause[]>>> = {
  "LOAD-CONFIG": ["missing-config", "bad-config", "empty", "html", "lfs-pointer"],
  "LOAD-ZEROED": ["zeroed", "not-a-number", "hash"],
  "LOAD-EXTENTS": ["overlap", "out-of-range"],
  "LOAD-HEADER": ["header-too-large", "bad-header", "duplicate-tensor"],
  "LOAD-SHAPES": ["dtype", "shape", "quantization"],
  "LOAD-TOKENIZER": ["missing-tokenizer", "bad-tokenizer", "missing-tokenizer-config"],
};

/** The requirement that a check breaks when it does not refuse a damage. */
export function requirementOfDamage(damage: Damage): RequirementId | undefined {
  return REQUIREMENT_OF_DAMAGE[damage.name] ?? REQUIREMENT_OF_CAUSE[damage.cause];
}

/** The causes by which a check may refuse a damage. */
export function rightCauses(damage: Damage): readonly CheckCause[] {
  const id = requirementOfDamage(damage);
  const allowed = id === undefined ? undefined : ALSO_ALLOWED[id];
  return [damage.cause, ...(damage.alsoRight ?? []), ...(allowed ?? [])];
}
