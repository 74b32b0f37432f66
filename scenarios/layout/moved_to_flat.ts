/**
 * A finished download was moved to a flat directory, marker and all: what is in it says which repository it is.
 *
 * Invariants checked:
 * - It is listed once, with its repository, and with the place where MLX would look; a download leaves it alone.
 */
import { join } from "node:path";
import fc from "fast-check";
import { inHubapi, isPlace, readTree } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/SmolLM-135M-Instruct-4bit";

export const movedToFlat = scenario({
  name: "layout/moved_to_flat",
  covers: ["LAYOUT-FLAT"],
  given: {
    model: anySmallModel({ weightBytesMax: 100 }),
    modelId: fc.constantFrom("smollm-135m", "My Model", "other--name"),
    isAgain: fc.boolean(),
  },
  async check({ model, modelId, isAgain }, world, verdict) {
    const id = "LAYOUT-FLAT";
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const request = { repository: REPOSITORY, ...inHubapi(world) };
    await subject.download(request);
    const flat = join(world.root, modelId);
    const place = modelPlace(world, REPOSITORY, request);
    await world.files.rename(place, flat);
    const before = JSON.stringify(await readTree(world.files, flat));
    if (isAgain) {
      const again = () => subject.download(request);
      const { directory } = await verdict.attempt(id, again);
      verdict.holds(id, await isPlace(world, directory, place), `it went to ${directory}`);
    }
    const listed = await verdict.attempt(id, () => subject.list());
    const found = listed.filter(({ directory }) => directory === flat);
    verdict.holds(id, found.length === 1, `it is listed ${found.length} times`);
    const [entry] = found;
    verdict.holds(id, entry?.repository === REPOSITORY, `it is of ${entry?.repository}`);
    verdict.holds(id, entry?.misplaced === place, `misplaced is ${entry?.misplaced}`);
    const after = JSON.stringify(await readTree(world.files, flat));
    verdict.holds(id, after === before, "the flat directory was changed");
  },
});
