/**
 * A desktop has left its own files where a model would be: views, thumbnails, sidecars of macOS.
 *
 * Invariants checked:
 * - Nothing is located, listed or complete there, and the model can be downloaded to it.
 */
import fc from "fast-check";
import { makeDirectories, writeBytes } from "../../harness/internal.ts";
import {
  anySmallModel,
  filePlace,
  modelPlace,
  scenario,
  wantedFiles,
  wrongFiles,
} from "../../harness/mod.ts";

const REQUEST = { repository: "mlx-community/Desktop-4bit" };

export const desktopFiles = scenario({
  name: "manage/desktop_files",
  covers: ["MANAGE-DESKTOP"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    names: fc.uniqueArray(fc.constantFrom(".DS_Store", "._config.json", "._model.safetensors"), {
      minLength: 1,
    }),
  },
  async check({ model, names }, world, verdict) {
    const id = "MANAGE-DESKTOP";
    const directory = modelPlace(world, REQUEST.repository);
    await makeDirectories(world.files, directory);
    for (const name of names)
      await writeBytes(
        world.files,
        filePlace(directory, name),
        Buffer.from("\u0000\u0005\u0016\u0007Mac OS X"),
      );
    const subject = world.start();
    const located = await subject.locate(REQUEST);
    verdict.holds(id, located === undefined, () => `it located ${located}`);
    const listed = (await subject.list()).map((one) => one.directory);
    verdict.holds(id, !listed.includes(directory), "it listed it as a model");
    const { state } = await subject.status(REQUEST);
    verdict.holds(id, state !== "complete", `status is ${state}`);
    world.hub.publish(REQUEST.repository, model.files, { tags: ["mlx"] });
    await verdict.attempt(id, () => subject.download(REQUEST));
    const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
    verdict.holds(id, wrong.length === 0, () => wrong.join(", "));
  },
});
