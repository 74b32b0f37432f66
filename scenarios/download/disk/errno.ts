/**
 * The disk refuses one call: of any kind, the n-th, once or for ever, with any errno, during a first download, an update, a
 * repair or a removal. The process that was refused lives on. `mlx-conform errno` tries all of them.
 *
 * Invariants checked:
 * - A failure has a code of its own and the system's error as its cause.
 * - Nothing is lost, nothing looks like a model that is none, and nothing beside the model changes.
 * - The same again, undisturbed, finishes and leaves nothing over.
 */
import fc from "fast-check";
import {
  ERRNO_KINDS,
  ERRNO_STAGES,
  type ErrnoFinding,
  needsOwnProcess,
  REFUSAL_CODES,
  runErrnoCase,
} from "../../../harness/internal.ts";
import { scenario } from "../../../harness/mod.ts";

export const errno = scenario({
  name: "download/errno",
  covers: ["DL-DISK-ERROR", "REMOVE-ALL", "MARK-LAST", "ERROR-KIND"],
  goals: ["a call was refused"],
  weight: 2,
  given: {
    stage: fc.constantFrom(...ERRNO_STAGES, "update" as const, "remove" as const),
    kind: fc.constantFrom(
      // Kinds of which a downloader makes many calls come up more often.
      ...ERRNO_KINDS,
      ...ERRNO_KINDS.filter(({ name }) =>
        ["rename", "unlink", "write", "open wx", "syncDirectory", "lstat"].includes(name),
      ),
    ),
    code: fc.constantFrom(...REFUSAL_CODES),
    nth: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 45 })),
    forever: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 150 } }),
  async check({ stage, kind, code, nth, forever }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    const refusal = {
      ...kind.refusal,
      code: kind.codes.includes(code) ? code : "EIO",
      nth,
      forever,
    } as const;
    const { fired, findings } = await runErrnoCase(world, { stage, refusal });
    if (fired === 0) return;
    verdict.reached("a call was refused");
    const isOfRemoval = (finding: ErrnoFinding) =>
      stage === "remove" && (finding.kind === "lost" || finding.kind === "not finished");
    const ofMarker = findings.filter(({ isOfMarker }) => isOfMarker === true);
    verdict.holds("MARK-LAST", ofMarker.length === 0, () => describe(ofMarker));
    const untyped = findings.filter(({ kind }) => kind === "untyped");
    verdict.holds("ERROR-KIND", untyped.length === 0, () => describe(untyped));
    const failed = findings.filter(
      (one) => !isOfRemoval(one) && one.isOfMarker !== true && one.kind !== "untyped",
    );
    verdict.holds("DL-DISK-ERROR", failed.length === 0, () => describe(failed));
    // A removal that the disk refused is finished by the next one.
    const left = findings.filter(isOfRemoval);
    if (stage === "remove") verdict.holds("REMOVE-ALL", left.length === 0, () => describe(left));
  },
});

function describe(findings: readonly ErrnoFinding[]): string {
  return findings.map(({ kind, detail }) => `${kind}: ${detail}`).join("; ");
}
