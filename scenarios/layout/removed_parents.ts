/**
 * While files are transferred, something removes the empty directories that they are to go into.
 *
 * Invariants checked:
 * - The files are published all the same, nested ones included.
 */
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import { diskErrorCode, exists, makeDirectories } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/RemovedParents";
const NESTED = ["1_Pooling/config.json", "onnx/deep/model.safetensors"];
/** Children first. */
const PARENTS = ["1_Pooling", "onnx/deep", "onnx"];

export const removedParents = scenario({
  name: "layout/removed_parents",
  covers: ["LAYOUT-PARENTS"],
  goals: ["a directory was removed while files were transferred"],
  given: { model: anySmallModel(), there: fc.subarray(PARENTS) },
  async check({ model, there }, world, verdict) {
    const { files: disk, hub } = world;
    const nested = NESTED.map((path) => ({
      path,
      bytes: new TextEncoder().encode(`{"at":"${path}"}`),
      lfs: path.endsWith("s"),
    }));
    const files = [...model.files, ...nested];
    hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    for (const parent of there) await makeDirectories(disk, filePlace(directory, parent));
    const sweep = async () => {
      for (const parent of PARENTS) {
        const place = filePlace(directory, parent);
        if (!(await exists(disk, place)) || !(await removeEmpty(disk, place))) continue;
        verdict.reached("a directory was removed while files were transferred");
      }
    };
    const subject = world.start({
      relay: (fetch) => async (url, request) => {
        if (url.includes("/resolve/")) await sweep();
        return fetch(url, request);
      },
    });
    await verdict.attempt("LAYOUT-PARENTS", () => subject.download({ repository: REPOSITORY }));
    const wrong = await wrongFiles(world, directory, wantedFiles(files));
    verdict.holds("LAYOUT-PARENTS", wrong.length === 0, wrong.join(", "));
  },
});

// Helpers

/** Only what is empty goes: that is what a cleaner does. Another process may have been there first. */
async function removeEmpty(disk: FileSystem, place: string): Promise<boolean> {
  try {
    if ((await disk.readdir(place)).length > 0) return false;
    await disk.rmdir(place);
    return true;
  } catch (error) {
    const code = diskErrorCode(error);
    if (code === "ENOENT" || code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}
