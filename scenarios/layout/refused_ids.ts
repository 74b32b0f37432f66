/**
 * Somebody asks for a model by what is no repository id on any hub: with a part too few or too many, a part that leads up, or letters that
 * no id has. A neighbour lies where such an id would lead.
 *
 * Invariants checked:
 * - A download is refused as wrong use.
 * - No call changes anything, in the root or beside it, and none says that such a model is complete.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { contentView, settled, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, type RunningSubject, scenario } from "../../harness/mod.ts";

const NEIGHBOUR = "mlx-community/Neighbour-4bit";
/** `%` stands for a part that is legal. */
const SHAPES = [
  "%/",
  "/%",
  "%/%/%",
  "%//%",
  "../%",
  "%/..",
  "%/.",
  "./%",
  "../../%",
  "%/../%",
  "%/% %",
  "%/%:%",
  "%/%\\%",
  "%\\%/%",
  "%/%\0%",
  "%/-%",
  "%/%-",
  "%/.%",
  "%/%.",
  "%/%--%",
  "%--%/%",
  "%/%..%",
  "%..%/%",
  "%/%?%",
  "%/%#%",
] as const;
const LONG = `mlx-community/${"n".repeat(97)}`;

export const refusedIds = scenario({
  name: "layout/refused_ids",
  covers: ["LAYOUT-ID", "ERROR-KIND"],
  goals: ["a download was refused", "another call"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    repository: fc.oneof(
      {
        weight: 8,
        arbitrary: fc
          .tuple(
            fc.constantFrom(...SHAPES),
            fc.constantFrom("mlx-community", "Neighbour-4bit", "a"),
          )
          .map(([shape, part]) => shape.replaceAll("%", part)),
      },
      { weight: 1, arbitrary: fc.constant(LONG) },
    ),
    call: fc.oneof(
      fc.constant("download"),
      fc.constantFrom("status", "locate", "verify", "remove", "migrate"),
    ),
    layout: fc.constantFrom(undefined, undefined, "lmstudio" as const),
  },
  async check({ model, repository, call, layout }, world, verdict) {
    const id = "LAYOUT-ID";
    world.hub.publish(NEIGHBOUR, model.files, { tags: ["mlx"] });
    const subject = world.start();
    await subject.download({ repository: NEIGHBOUR });
    await writeBytes(world.files, join(world.outside, "a", "config.json"), Uint8Array.of(1));
    const view = async () => (await contentView(world.files, dirname(world.root))).join("\n");
    const before = await view();
    const request = { repository, ...(layout !== undefined && { layout }) };
    if (call === "download") {
      await verdict.fails(id, () => subject.download(request), ["invalid-argument"]);
      verdict.reached("a download was refused");
    } else {
      const answer = await settled(async () => answerOf(subject, call, request));
      verdict.holds(id, answer !== "complete", `${call} finds a complete model`);
      verdict.reached("another call");
    }
    const after = await view();
    verdict.holds(id, after === before, () => `${call} changed the disk: ${after}`);
  },
});

async function answerOf(
  subject: RunningSubject,
  call: string,
  request: { readonly repository: string; readonly layout?: "lmstudio" },
): Promise<string | undefined> {
  switch (call) {
    case "status":
      return (await subject.status(request)).state;
    case "verify":
      return (await subject.verify(request)).state;
    case "remove":
      await subject.remove(request);
      return undefined;
    case "migrate":
      await subject.migrate({ repository: request.repository, step: "move" });
      return undefined;
    default:
      return subject.locate(request);
  }
}
