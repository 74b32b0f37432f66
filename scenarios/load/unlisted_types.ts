/**
 * Models of types whose tensors nothing lists, whole or with what shows without a list.
 *
 * Invariants checked:
 * - The whole ones are accepted.
 * - The others are refused, by the name of the tensor or of its layer.
 * - Who knows nothing of a type, and says so, is not judged by it.
 */
import fc from "fast-check";
import { placeModel } from "../../harness/internal.ts";
import { scenario, type Verdict, type World } from "../../harness/mod.ts";
import { UNLISTED_MODELS, unlistedModel } from "./modules/unlisted_models.ts";

/** So many are tried in a case. */
const MODELS = 4;

export const unlistedTypes = scenario({
  name: "load/unlisted_types",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TENSORS", "LOAD-SHAPES"],
  given: {
    chooses: fc.uniqueArray(fc.nat(3 * UNLISTED_MODELS - 1), {
      minLength: MODELS,
      maxLength: MODELS,
    }),
  },
  async check({ chooses }, world, verdict) {
    for (const [at, choose] of chooses.entries())
      await judgeUnlisted({ choose, place: at + 1 }, world, verdict);
  },
});

async function judgeUnlisted(
  { choose, place }: { readonly choose: number; readonly place: number },
  world: World,
  verdict: Verdict,
): Promise<void> {
  const { name, files, wrong } = unlistedModel(choose);
  const repository = `mlx-community/Unlisted-${place}bit`;
  await placeModel(world, files, { repository, isDownloaded: false });
  const id = wrong?.id ?? "LOAD-SOUND";
  const report = await verdict.attempt(id, () => world.start().check({ repository }));
  const errors = report.findings.filter(({ level }) => level === "error");
  // Who knows nothing of the type, and says so, is not judged by it.
  if (errors.some(({ cause }) => cause === "unsupported-architecture")) return;
  const said = () => errors.map(({ cause, detail }) => `${cause}: ${detail}`).join("; ");
  if (wrong === undefined)
    verdict.holds(id, report.loadable, () => `unlisted, ${name}: it is not loadable: ${said()}`);
  else
    verdict.holds(
      id,
      !report.loadable && errors.some(({ detail }) => detail.includes(wrong.named)),
      () => `unlisted, ${name}: no error names ${wrong.named}; found: ${said() || "none"}`,
    );
}
