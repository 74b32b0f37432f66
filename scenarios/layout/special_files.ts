/**
 * A FIFO, of which nobody has the other end, lies in the place of a file of a model or of its state; then any command runs.
 *
 * Invariants checked:
 * - The command ends, with an answer or with a code of the closed set.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { inHubapi, makeDirectories, removeTree, settled } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Special";
/** No command of a small model takes so long; a check works in a thread besides, of which a clock of a world knows nothing. */
const LIMIT_MS = 60_000;

/** Of a model, and of what a downloader keeps beside it. */
const OTHER_PLACES = [
  "config.json",
  "model.safetensors",
  "tokenizer.json",
  "chat_template.jinja",
  ".cache/mlx-layout/plan.json",
  ".cache/mlx-layout/partial",
  `.cache/mlx-layout/partial/${"0".repeat(64)}.incomplete`,
  ".cache/mlx-layout/locks/machine.1.0123456789abcdef.tmp",
  ".cache/mlx-layout/tmp/0123456789abcdef.tmp",
  ".cache/huggingface/download/config.json.metadata",
] as const;

export const specialFiles = scenario({
  name: "layout/special_files",
  covers: ["LAYOUT-SPECIAL"],
  given: {
    model: anySmallModel({ weightBytesMax: 100 }),
    // Every command looks for a marker.
    place: fc.oneof(
      { arbitrary: fc.constant(".downloaded"), weight: 1 },
      { arbitrary: fc.constantFrom(...OTHER_PLACES), weight: 2 },
    ),
    command: fc.constantFrom("download", "status", "verify", "list", "remove", "locate"),
    isThere: fc.boolean(),
  },
  async check({ model, place, command, isThere }, world, verdict) {
    const request = { repository: REPOSITORY, ...inHubapi(world) };
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (isThere) await world.start().download(request);
    const at = join(modelPlace(world, REPOSITORY, request), place);
    await removeTree(world.files, at);
    await makeDirectories(world.files, dirname(at));
    await world.makeFifo(at);
    const subject = world.start();
    const run = (): Promise<unknown> => {
      if (command === "list") return subject.list();
      if (command === "locate") return subject.locate(request);
      return subject[command](request);
    };
    const stop = new AbortController();
    const late = world.clock.sleep(LIMIT_MS, stop.signal).then(
      () => "late",
      () => "ended",
    );
    const outcome = await Promise.race([settled(run).then(() => "ended"), late]);
    stop.abort();
    verdict.holds("LAYOUT-SPECIAL", outcome === "ended", `${command} waits`);
  },
});
