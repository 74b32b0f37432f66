/**
 * Beside a model, or within it, lies a directory that may not be read: `lost+found`, another user's models, a folder that
 * the system protects.
 *
 * Invariants checked:
 * - The model is listed as it is without that directory.
 */
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import { diskError, makeDirectories, needsOwnProcess, wrapFiles } from "../../harness/internal.ts";
import { anySmallModel, filePlace, modelPlace, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Readable-4bit";

export const unreadableNeighbour = scenario({
  name: "manage/unreadable_neighbour",
  covers: ["MANAGE-UNREADABLE"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    at: fc.constantFrom(
      "lost+found",
      "another-user",
      "models/another-user",
      "models/mlx-community/Secret-4bit",
      "within the model",
    ),
    code: fc.constantFrom("EACCES", "EPERM"),
  },
  async check({ model, at, code }, world, verdict) {
    needsOwnProcess(world, "who runs the suite may read everything");
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    await world.start().download({ repository: REPOSITORY });
    const before = await world.start().list();
    const place =
      at === "within the model"
        ? filePlace(modelPlace(world, REPOSITORY), ".Trashes")
        : filePlace(world.root, at);
    await makeDirectories(world.files, place);
    const closed = (files: FileSystem) =>
      wrapFiles(files, async ({ operation, path }, next) => {
        const isWithin = path.startsWith(`${place}/`);
        if (isWithin || (path === place && operation === "readdir"))
          throw diskError(code, operation, path);
        return next();
      });
    const after = await verdict.attempt("MANAGE-UNREADABLE", () =>
      world.start({ files: closed }).list(),
    );
    verdict.holds(
      "MANAGE-UNREADABLE",
      JSON.stringify(after) === JSON.stringify(before),
      () => `it listed ${JSON.stringify(after)} and not ${JSON.stringify(before)}`,
    );
  },
});
