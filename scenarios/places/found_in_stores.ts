/**
 * Somebody has models in the stores of several tools, in their usual directories and in those that variables and settings name.
 * One of them may not be read, one tool keeps its models in a form of its own, and nothing is below the root, or one model is.
 *
 * Invariants checked:
 * - `list` has every copy once, with the repository and the name of the store, and nothing else.
 */
import { delimiter, join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import {
  diskError,
  exists,
  needsOwnProcess,
  placeInStore,
  STORE_PLACES,
  storeRoot,
  wrapFiles,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, type TinyModel } from "../../harness/mod.ts";

const anyPlaces = fc.subarray([...STORE_PLACES], { minLength: 1, maxLength: 4 });
/** Those that a variable names that is a list. */
const LISTED = STORE_PLACES.filter(({ directory }) => /^\$\w*DIRS/.test(directory));

export const foundInStores = scenario({
  name: "places/found_in_stores",
  covers: ["PLACE-FOUND"],
  goals: [
    "several stores",
    "a variable names a directory",
    "a directory has the separator of lists in its name",
    "settings name a directory",
    "one may not be read",
  ],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    places: fc.tuple(anyPlaces, fc.option(fc.constantFrom(...LISTED), { nil: undefined })),
    hasSettings: fc.boolean(),
    isClosed: fc.boolean(),
    isUnreadable: fc.boolean(),
    hasOwn: fc.boolean(),
    // Where the table has any name.
    app: fc.constantFrom("com.example.chat", "Chat 2", "chat.app."),
    // The second would be two directories in a variable that is a list.
    elsewhere: fc.constantFrom("elsewhere", `else${delimiter}where`),
  },
  async check(given, world, verdict) {
    const { model, hasSettings, isClosed, isUnreadable, hasOwn, app, elsewhere } = given;
    const { files: disk, outside } = world;
    const [drawn, listedPlace] = given.places;
    const places = listedPlace === undefined ? drawn : [...new Set([...drawn, listedPlace])];
    const home = join(outside, "home");
    const expected = new Map<string, string>();
    let env: Record<string, string> = { HOME: home };
    for (const [at, place] of places.entries()) {
      const repository = `org-${at}/Model_${at}.5-v0.1-4bit`;
      const { root, env: more } = storeRoot(place, home, app, elsewhere);
      // A second value of one variable would make the first directory one of nobody's.
      const directory = await placeInStore(
        disk,
        { ...place, root },
        { repository, files: model.files },
      );
      expected.set(await disk.realpath(directory), `${place.store} ${repository}`);
      env = { ...env, ...more };
      if (Object.values(more).some((value) => value.includes(`else${delimiter}where`)))
        verdict.reached("a directory has the separator of lists in its name");
      if (Object.keys(more).length > 0) verdict.reached("a variable names a directory");
    }
    if (new Set(places.map(({ store }) => store)).size > 1) verdict.reached("several stores");
    if (hasSettings) {
      const [directory, words] = await placeBySettings(disk, home, model.files);
      expected.set(directory, words);
      verdict.reached("settings name a directory");
    }
    if (isClosed) await placeClosed(disk, home);
    if (hasOwn) {
      world.hub.publish("mlx-community/Own-4bit", model.files, { tags: ["mlx"] });
      await world.start().download({ repository: "mlx-community/Own-4bit" });
      const own = modelPlace(world, "mlx-community/Own-4bit");
      expected.set(await disk.realpath(own), "undefined mlx-community/Own-4bit");
    }
    if (isUnreadable) needsOwnProcess(world, "who runs the suite may read everything");
    const denied = join(home, ".exo", "models");
    const closed = (files: FileSystem) =>
      wrapFiles(files, async ({ operation, path }, next) => {
        if (operation === "readdir" && path === denied) throw diskError("EACCES", operation, path);
        return next();
      });
    if (isUnreadable) {
      verdict.reached("one may not be read");
      await writeBytes(disk, join(denied, "org--hidden", "model.safetensors"), new Uint8Array(8));
      for (const directory of expected.keys())
        if (directory.includes("/.exo/models/")) expected.delete(directory);
    }
    const subject = world.start({ env, ...(isUnreadable && { files: closed }) });
    const listed = await verdict.attempt("PLACE-FOUND", () => subject.list());
    const found: string[] = [];
    for (const { directory, store, repository } of listed) {
      const real = (await exists(disk, directory)) ? await disk.realpath(directory) : directory;
      found.push(`${real} ${store} ${repository}`);
    }
    const wanted = [...expected].map(([directory, words]) => `${directory} ${words}`);
    verdict.holds(
      "PLACE-FOUND",
      found.toSorted().join() === wanted.toSorted().join(),
      () => `it listed ${found.toSorted().join(", ")} and not ${wanted.toSorted().join(", ")}`,
    );
  },
});

// Helpers

/** Puts a model into a directory that LM Studio's settings name. @returns its directory, and what a list says of it */
async function placeBySettings(
  disk: FileSystem,
  home: string,
  files: TinyModel["files"],
): Promise<readonly [directory: string, words: string]> {
  const repository = "org-x/Model.x-4bit";
  const root = join(home, "named by settings");
  const place = { store: "lm-studio", layout: "lmstudio", directory: "", root } as const;
  const directory = await placeInStore(disk, place, { repository, files });
  const settings = new TextEncoder().encode(JSON.stringify({ downloadsFolder: root }));
  await writeBytes(disk, join(home, ".lmstudio/settings.json"), settings);
  return [await disk.realpath(directory), `${place.store} ${repository}`];
}

/** Leaves a model of another form than MLX opens. */
async function placeClosed(disk: FileSystem, home: string): Promise<void> {
  const manifest = ".ollama/models/manifests/registry.ollama.ai/library/tiny/latest";
  await writeBytes(disk, join(home, manifest), new TextEncoder().encode("{}"));
}
