/**
 * A model's directory is damaged in one way, and `check` must refuse it. Each requirement has a scenario of its own, which
 * draws its damages from the catalogue of `harness/models/damages`.
 *
 * Invariants checked:
 * - The directory is refused for the right cause, whether the model was downloaded or put there by hand.
 * - The finding names the damaged file or tensor, where the requirement is about one.
 * - An architecture that the subject does not know is reported as such.
 */
import type { RequirementId } from "../../spec/mod.ts";
import { anyDamagedModel, judgeDamage } from "../../harness/internal.ts";
import { type Scenario, scenario } from "../../harness/mod.ts";

/** What is damaged, by the scenario's name and the requirement that refuses it. */
const ROWS: readonly { readonly name: string; readonly id: RequirementId }[] = [
  // `config.json` is missing, truncated, of another kind, or lacks what it must say.
  { name: "load/broken_config", id: "LOAD-CONFIG" },
  // The header of a weight file has overlaps, gaps, or extents outside the file.
  { name: "load/lying_extents", id: "LOAD-EXTENTS" },
  // Weights and configuration disagree about a dtype, a shape or the quantization.
  { name: "load/wrong_shapes", id: "LOAD-SHAPES" },
  // One of several weight files is missing, or all are, as the marker, the index or the numbering shows.
  { name: "load/missing_shard", id: "LOAD-SHARD" },
  // Every weight file can be read, and a tensor is missing or one too many.
  { name: "load/wrong_tensors", id: "LOAD-TENSORS" },
  // The configuration names a file of code that builds the model.
  { name: "load/model_code", id: "LOAD-CODE" },
  // A weight file lies beside the model's own and does not belong to it.
  { name: "load/stray_weights", id: "LOAD-STRAY" },
];

export const damagedDirectories: readonly Scenario[] = ROWS.map(({ name, id }) =>
  scenario({
    name,
    covers: [id],
    given: { damaged: anyDamagedModel(id) },
    async check({ damaged }, world, verdict) {
      await judgeDamage(world, verdict, { id, damaged });
    },
  }),
);
