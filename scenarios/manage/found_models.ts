/**
 * A root holds models of the flat and of the MLX layouts, whole and half, with links among them and much that is none:
 * the flat `smollm-135m` beside the directory that MLX opens is where this project began. The root may be a link, a model may have the name of
 * the directory in which others lie, and a configuration may say what it was made from, in one of several forms or in none.
 *
 * Invariants checked:
 * - Every model is listed, each once, in its layout; what is none is not.
 * - A flat one is reported as misplaced, and one in MLX's place is not.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import { exists, makeDirectories, writeBytes } from "../../harness/internal.ts";
import { anySmallModel, filePlace, type ModelFile, scenario } from "../../harness/mod.ts";

const PLACES = {
  "models/mlx-community/SmolLM-135M-Instruct-4bit": "hubapi",
  "models/org-2/SmolLM-135M-Instruct-4bit": "hubapi",
  "lmstudio-community/Qwen2.5-0.5B": "lmstudio",
  "smollm-135m": "flat",
  "My own model": "flat",
  // Names that begin another layout elsewhere.
  "lmstudio-community/models": "lmstudio",
  "models/models/models": "hubapi",
} as const;
/** What lies in the directory in which another layout's models begin; whether that looks like a model too is left open. */
const STRAY = "models/config.json";
const DECOYS = [STRAY, "notes/todo.txt", "models/org-2/empty/readme.txt", ".Trash/old/config.json"];

/** What else a configuration says: of which model it was made, and how that was quantized. */
const ORIGINS = [
  {},
  { _name_or_path: "org/Base-4bit", quantization: { bits: 4, group_size: 64 } },
  { _name_or_path: "org/Base" },
  { _name_or_path: "org/Base", quantization: "4bit" },
  { _name_or_path: "org/Base", quantization: null },
  { _name_or_path: 7, quantization: [4] },
];

export const foundModels = scenario({
  name: "manage/found_models",
  covers: ["MANAGE-BOTH", "LAYOUT-FLAT"],
  goals: ["a flat model beside an MLX one", "a link to a model"],
  given: {
    model: anySmallModel({ weightBytesMax: 60 }),
    places: fc.subarray(Object.keys(PLACES) as (keyof typeof PLACES)[], { minLength: 1 }),
    half: fc.constantFrom("whole", "no weights", "no config"),
    decoys: fc.subarray(DECOYS),
    isRootLinked: fc.boolean(),
    origin: fc.constantFrom(...ORIGINS),
    link: fc.option(fc.constantFrom("models/org-2/linked", "linked", "org-3/linked"), {
      nil: undefined,
    }),
  },
  async check({ model: plain, places, half, decoys, isRootLinked, origin, link }, world, verdict) {
    const model = { files: plain.files.map((file) => withOrigin(file, origin)) };
    const { files: disk, root, outside } = world;
    if (isRootLinked) {
      await makeDirectories(disk, join(outside, "Big Disk"));
      await makeDirectories(disk, dirname(root));
      await disk.symlink(join(outside, "Big Disk"), root);
    }
    for (const [at, place] of places.entries())
      await placeModel(disk, filePlace(root, place), { model, half: at === 0 ? half : "whole" });
    for (const decoy of decoys)
      await writeBytes(disk, filePlace(root, decoy), new TextEncoder().encode("{}"));
    await makeDirectories(disk, join(root, "models", "empty-org"));
    if (link !== undefined) {
      await makeDirectories(disk, join(filePlace(root, link), ".."));
      await disk.symlink(filePlace(root, places[0] ?? ""), filePlace(root, link));
      verdict.reached("a link to a model");
    }
    const listed = await verdict.attempt("MANAGE-BOTH", () => world.start().list());
    const found: string[] = [];
    for (const { directory } of listed.filter((one) => one.directory !== join(root, "models")))
      // What is listed and not there is a finding, and not a failure of the scenario.
      found.push((await exists(disk, directory)) ? await disk.realpath(directory) : directory);
    const real = await disk.realpath(root);
    const expected = places.map((place) => filePlace(real, place)).toSorted();
    verdict.holds(
      "MANAGE-BOTH",
      found.toSorted().join() === expected.join(),
      `${found.toSorted().join()} and not ${expected.join()}`,
    );
    for (const place of places) {
      const entry = listed.find(({ directory }) => directory === filePlace(root, place));
      const layout = PLACES[place];
      verdict.holds("MANAGE-BOTH", entry?.layout === layout, `${place} is ${entry?.layout}`);
      // Half a model need not look like one of MLX.
      if (layout === "flat" && place === places[0] && half !== "whole") continue;
      const isMisplaced = entry?.misplaced !== undefined;
      verdict.holds("LAYOUT-FLAT", isMisplaced === (layout === "flat"), `${place}: ${isMisplaced}`);
    }
    const layouts = new Set(places.map((place) => PLACES[place]));
    if (layouts.has("flat") && layouts.has("hubapi"))
      verdict.reached("a flat model beside an MLX one");
  },
});

function withOrigin(file: ModelFile, origin: object): ModelFile {
  if (file.path !== "config.json") return file;
  const config: object = JSON.parse(new TextDecoder().decode(file.bytes));
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify({ ...config, ...origin })) };
}

async function placeModel(
  disk: FileSystem,
  directory: string,
  options: { readonly model: { readonly files: readonly ModelFile[] }; readonly half: string },
): Promise<void> {
  const { model, half } = options;
  for (const { path, bytes } of model.files) {
    if (half === "no weights" && path.endsWith(".safetensors")) continue;
    if (half === "no config" && path === "config.json") continue;
    await writeBytes(disk, filePlace(directory, path), bytes);
  }
}
