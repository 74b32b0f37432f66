import { type DiagnosisCause, type DiagnosisFinding, PLACE_CAUSES } from "../../spec/mod.ts";

/** Causes in the order in which they are told: what keeps a model from loading, then what makes it answer nonsense, then risks. */
const ORDER: readonly DiagnosisCause[] = [
  "misplaced",
  "missing-config",
  "bad-config",
  "missing-weights",
  "missing-shard",
  "missing-file",
  "truncated",
  "zeroed",
  "wrong-size",
  "hash",
  "lfs-pointer",
  "html",
  "empty",
  "bad-header",
  "header-too-large",
  "appledouble",
  "evicted",
  "broken-link",
  "shared-blob-gone",
  "container-path",
  "outside-directory",
  "unreadable",
  "foreign-weights",
  "duplicate-tensor",
  "missing-tensor",
  "missing-tokenizer",
  "bad-tokenizer",
  "half-download",
];

/** Sorts findings by harm: errors first, and among them by cause. */
export function byHarm(one: DiagnosisFinding, two: DiagnosisFinding): number {
  const rank = ({ level, cause }: DiagnosisFinding) => {
    const known = ORDER.indexOf(cause);
    const place = (PLACE_CAUSES as readonly string[]).indexOf(cause);
    return (level === "error" ? 0 : 1000) + (known === -1 ? 100 + Math.max(0, place) : known);
  };
  return rank(one) - rank(two) || (one.directory < two.directory ? -1 : 1);
}
