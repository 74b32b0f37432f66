/**
 * The system moved the data of some files of a model to the cloud and left their names and sizes.
 *
 * Files of a block and more are evicted here: some volumes keep smaller ones without any block of their own.
 *
 * Invariants checked:
 * - The check refuses each that every runtime opens as evicted, with its path.
 * - It reads none of them, also where the name in the model's directory is a link to the data, and also of those that only some
 *   runtimes open: an index, the settings of a processor.
 */
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import type { FileSystem } from "../../spec/mod.ts";
import { evictFiles, missingFinding, Observation, placeModel } from "../../harness/internal.ts";
import { anyModel, filePlace, type ModelFile, scenario, wantedFiles } from "../../harness/mod.ts";

const repository = "mlx-community/Evicted-4bit";
const BLOCK_BYTES = 4096;
const INDEX = "model.safetensors.index.json";
const EMPTY = new TextEncoder().encode("{}");
/** What no runtime does without. */
const NEEDED_REGEXP = /^(?:config|tokenizer)\.json$|\.safetensors$/;
/** What only some of them open. */
const OTHERS = [
  "chat_template.json",
  "generation_config.json",
  "preprocessor_config.json",
  "processor_config.json",
];

export const evictedFiles = scenario({
  name: "load/evicted_files",
  pieceBytes: [8192],
  covers: ["LOAD-EVICTED"],
  given: {
    model: fc.oneof(
      anyModel({ shards: 1 }),
      anyModel({ shards: 2, index: true, staleIndex: false }),
    ),
    chosen: fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 4 }),
    isDownloaded: fc.boolean(),
    isLinked: fc.boolean(),
  },
  goals: ["an evicted file was behind a link", "a tokenizer was evicted", "an index was evicted"],
  async check({ model, chosen, isDownloaded, isLinked }, world, verdict) {
    const others = OTHERS.filter((path) => model.files.every((file) => file.path !== path));
    const all = [...model.files, ...others.map((path) => ({ path, bytes: EMPTY, lfs: false }))];
    const files = all.map(longEnough);
    const directory = await placeModel(world, files, { repository, isDownloaded });
    const large = wantedFiles(files).filter(
      ({ path, bytes }) => bytes.length >= BLOCK_BYTES && !path.includes("/"),
    );
    const victims = new Set(chosen.map((at) => large[at % large.length]?.path ?? ""));
    const places = [...victims].map((path) => filePlace(directory, path));
    // In the hub's cache they are links anyhow.
    if (isLinked) for (const place of places) await putBehindLink(world.files, place);
    const real = await Promise.all(places.map((place) => world.files.realpath(place)));
    const observe = new Observation();
    const subject = world.start({ ...(await evictFiles(world, real)), observe });
    const report = await verdict.attempt("LOAD-EVICTED", () => subject.check({ repository }));
    for (const path of [...victims].filter((one) => NEEDED_REGEXP.test(one))) {
      const lack = missingFinding(report, { causes: ["evicted"], paths: [path] });
      verdict.holds("LOAD-EVICTED", lack === undefined, () => `${path}: ${lack}`);
    }
    const read = observe.reads.find(({ path }) => [...places, ...real].includes(path));
    verdict.holds("LOAD-EVICTED", read === undefined, () => `it read ${read?.path}`);
    const isBehind = real.some((place, at) => basename(place) !== basename(places[at] ?? ""));
    if (victims.has("tokenizer.json")) verdict.reached("a tokenizer was evicted");
    if (victims.has(INDEX)) verdict.reached("an index was evicted");
    if (isBehind) verdict.reached("an evicted file was behind a link");
  },
});

/** JSON may end in blanks, so that a small file has a block of its own. */
function longEnough(file: ModelFile): ModelFile {
  const { path, bytes } = file;
  if (path.includes("/") || !path.endsWith(".json") || bytes.length >= BLOCK_BYTES) return file;
  const longer = new Uint8Array(BLOCK_BYTES).fill(0x20);
  longer.set(bytes);
  return { ...file, bytes: longer };
}

/** Moves a file's data into a hidden directory of its own beside it, and leaves a link to it in its place. */
async function putBehindLink(files: FileSystem, place: string): Promise<void> {
  // A view of the hub's cache may show its links as files.
  if (basename(await files.realpath(place)) !== basename(place)) return;
  const name = `.${basename(place)}.store`;
  const store = join(dirname(place), name);
  // No weight file by its name.
  const data = `${basename(place)}.data`;
  await files.mkdir(store);
  await files.rename(place, join(store, data));
  await files.symlink(join(name, data), place);
}
