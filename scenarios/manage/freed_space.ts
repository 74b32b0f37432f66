/**
 * A volume has room for one of two models. The first goes, and the second comes.
 *
 * Invariants checked:
 * - The second does not fit beside the first, and is refused before any content; after the removal it fits.
 * - The removal says how much room came free, also where data has another name elsewhere.
 */
import { join } from "node:path";
import fc from "fast-check";
import { PAGE_BYTES, patternedBytes, readTree } from "../../harness/internal.ts";
import {
  filePlace,
  modelPlace,
  scenario,
  type World,
  type WorldKind,
  wrongFiles,
} from "../../harness/mod.ts";

const FIRST = "mlx-community/First-4bit";
const SECOND = "mlx-community/Second-4bit";
/** Markers, metadata, plans and locks of two models of one file take less. */
const STATE_BYTES_MAX = 24_000;
/** On a real volume each of them takes a page. */
const STATE_PAGES_MAX = 24;
/** Less than any weights: whether everything went is another question. */
const FORGOTTEN_BYTES_MAX = 1_000;
const include = ["*.safetensors"];

export const freedSpace = scenario({
  name: "manage/freed_space",
  covers: ["REMOVE-BYTES", "DL-SPACE-FIRST", "ERROR-KIND"],
  given: {
    sizeBytes: fc.integer({ min: 30_000, max: 50_000 }),
    hasOtherName: fc.boolean(),
  },
  goals: ["the second fits", "data stays under another name"],
  world: (given, kind) => ({ availableBytes: roomFor(given, kind).availableBytes }),
  async check(given, world, verdict) {
    const { hasOtherName } = given;
    const { sizeBytes } = roomFor(given, world.kind);
    const weights = { path: "model.safetensors", bytes: patternedBytes(sizeBytes), lfs: true };
    const others = { ...weights, bytes: patternedBytes(sizeBytes).reverse() };
    world.hub.publish(FIRST, [weights], { tags: ["mlx"] });
    world.hub.publish(SECOND, [others], { tags: ["mlx"] });
    await world.start().download({ repository: FIRST, include });
    const second = { repository: SECOND, include };
    await verdict.fails("DL-SPACE-FIRST", () => world.start().download(second), ["disk-full"]);
    const place = filePlace(modelPlace(world, FIRST), "model.safetensors");
    // A second name is on the same volume, and a small real one is no larger than the root.
    const elsewhere = world.kind === "process" ? world.root : world.outside;
    if (hasOtherName) await world.files.link(place, join(elsewhere, "kept.safetensors"));
    const forgottenBytes = await forgottenBytesMax(world);
    const before = await world.files.availableBytes(world.root);
    const { bytesFreed } = await world.start().remove({ repository: FIRST });
    const freed = (await world.files.availableBytes(world.root)) - before;
    verdict.holds(
      "REMOVE-BYTES",
      Math.abs(bytesFreed - freed) <= forgottenBytes,
      `${freed} bytes came free, and it says ${bytesFreed}`,
    );
    if (hasOtherName) {
      verdict.reached("data stays under another name");
      return;
    }
    await verdict.attempt("DL-SPACE-FIRST", () => world.start().download(second));
    const wrong = await wrongFiles(world, modelPlace(world, SECOND), [others]);
    verdict.holds("DL-SPACE-FIRST", wrong.length === 0, wrong.join(", "));
    verdict.reached("the second fits");
  },
});

// Helpers

/** A real volume has whole pages; there the weights are large enough for one model's state to be far smaller. */
function roomFor(
  { sizeBytes }: { readonly sizeBytes: number },
  kind: WorldKind,
): { readonly sizeBytes: number; readonly availableBytes: number } {
  if (kind !== "process") return { sizeBytes, availableBytes: sizeBytes + STATE_BYTES_MAX };
  const pages = Math.ceil((4 * sizeBytes) / PAGE_BYTES) + STATE_PAGES_MAX;
  return { sizeBytes: 4 * sizeBytes, availableBytes: pages * PAGE_BYTES };
}

/** A real volume gives whole pages back, of each file that went. */
async function forgottenBytesMax({ kind, files, root }: World): Promise<number> {
  if (kind !== "process") return FORGOTTEN_BYTES_MAX;
  const tree = await readTree(files, root);
  return (
    FORGOTTEN_BYTES_MAX + tree.filter((entry) => entry.kind !== "directory").length * PAGE_BYTES
  );
}
