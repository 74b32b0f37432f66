import type { CheckCause, CheckFinding, CheckReport, RequirementId } from "../../spec/mod.ts";
import type { Damage } from "../models/mod.ts";

/** What a refusal must say. */
export interface WantedRefusal {
  /** Any one of these. */
  readonly causes: readonly CheckCause[];
  /** Any one of these, relative to the directory. @default {any path} */
  readonly paths?: readonly string[] | undefined;
  /** Texts of which the detail must contain one. @default {no matter} */
  readonly mentions?: readonly string[] | undefined;
}

/**
 * Why a report does not refuse a directory as the spec requires; undefined when it does.
 *
 * Numbers and names are looked for in the detail, its wording is not.
 */
export function missingFinding(report: CheckReport, wanted: WantedRefusal): string | undefined {
  const { causes, paths, mentions } = wanted;
  const isRight = ({ cause, path, detail, level }: CheckFinding) =>
    level === "error" &&
    causes.includes(cause) &&
    (paths === undefined || paths.includes(path)) &&
    (mentions === undefined || mentions.some((text) => hasText(detail, text)));
  if (report.findings.some(isRight)) {
    return report.loadable ? "it is called loadable in spite of its errors" : undefined;
  }
  const found = report.findings.map(
    ({ cause, path, detail, level }) => `${level} ${cause} ${path}: ${detail}`,
  );
  return [
    `no error with cause ${[...new Set(causes)].join(" or ")}`,
    ...(paths === undefined ? [] : [`for ${paths.join(" or ")}`]),
    ...(mentions === undefined ? [] : [`that names ${mentions.slice(0, 6).join(" or ")}`]),
    `; found: ${found.join("; ") || "nothing"}`,
  ].join(" ");
}

/** Whether a text has another, not as part of a longer name or number. */
function hasText(detail: string, text: string): boolean {
  // Thousands may be set apart.
  const plain = detail.replace(/(\d)[,_'\u202f](?=\d{3}(?!\d))/g, "$1");
  const escaped = text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  return new RegExp(`(?<![\\w.])${escaped}(?![\\w]|\\.\\w)`, "u").test(plain);
}

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
  "model-code": "LOAD-CODE",
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

/** Causes that the spec allows for a requirement besides what a damage itself says. */
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
