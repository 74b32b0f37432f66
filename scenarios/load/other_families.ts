/**
 * A model of one of fourteen families, sound or with one tensor that is missing, surplus, renamed or of another shape.
 *
 * Invariants checked:
 * - The sound one is accepted, and the other refused.
 * - Who knows nothing of an architecture, and says so, is not judged by it.
 */
import fc from "fast-check";
import {
  changeFiles,
  DAMAGES,
  placeModel,
  RECORDED_ANSWERS,
  recordedModel,
} from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Families-4bit";

/** What every runtime of MLX refuses, and the requirement that says so. */
const CHANGES = {
  none: "LOAD-SOUND",
  "tensor-missing": "LOAD-TENSORS",
  "tensor-extra": "LOAD-TENSORS",
  "tensor-renamed": "LOAD-TENSORS",
  "tensor-of-rank-one-more": "LOAD-SHAPES",
  "tensor-transposed-shape": "LOAD-SHAPES",
} as const;

type Change = keyof typeof CHANGES;

export const otherFamilies = scenario({
  name: "load/other_families",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TENSORS", "LOAD-SHAPES"],
  goals: ["a sound model", "a tensor that is wrong"],
  given: {
    model: fc.nat(RECORDED_ANSWERS.length - 1),
    change: fc.constantFrom(...(Object.keys(CHANGES) as Change[]), "none" as const),
    choose: fc.nat(1000),
  },
  async check({ model: at, change, choose }, world, verdict) {
    const recorded = RECORDED_ANSWERS[at];
    if (recorded === undefined) return;
    const { family } = recorded;
    // These take the embedding where there is no output, and so do without that tensor.
    const isTied = family.startsWith("gemma3");
    if (isTied && (change === "tensor-missing" || change === "tensor-renamed")) return;
    const model = recordedModel(recorded);
    const damage = DAMAGES.find(({ name }) => name === change);
    const after = damage?.apply(model, choose) ?? model.files;
    const directory = await placeModel(world, model.files, {
      repository: REPOSITORY,
      isDownloaded: false,
    });
    await changeFiles(world, directory, { before: model.files, after });
    const id = CHANGES[change];
    const report = await verdict.attempt(id, () => world.start().check({ repository: REPOSITORY }));
    const errors = report.findings.filter(({ level }) => level === "error");
    if (errors.some(({ cause }) => cause === "unsupported-architecture")) {
      verdict.skip(id, `it does not know ${family}`);
      return;
    }
    const said = errors.map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`).join("; ");
    const expected = change === "none";
    verdict.holds(
      id,
      report.loadable === expected,
      () =>
        `a model of ${family}, ${expected ? "sound" : `with ${change}`}, is called ${report.loadable ? "loadable" : `not loadable: ${said}`}`,
    );
    verdict.reached(expected ? "a sound model" : "a tensor that is wrong");
  },
});
