/**
 * The tensors of a model lie in files in another way than by their size: anyhow, packed layers apart from their scales, under
 * numbers of more files than there are or of few digits, or under names without a number.
 *
 * Invariants checked:
 * - The whole model is accepted, with these files as its weights.
 * - Without one of the files it is refused by the name of that file, as far as a record, the index or the numbers tell it, and
 *   by no other name, also where another one of them is cut in its header.
 */
import fc from "fast-check";
import {
  changeFiles,
  jsonBytes,
  missingFinding,
  placeModel,
  type Tensor,
  tensorsOf,
  writeSafetensors,
} from "../../harness/internal.ts";
import { anyModel, type ModelFile, scenario, type TinyModel } from "../../harness/mod.ts";

const repository = "mlx-community/Shards-4bit";
const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";

const APART = ["all scales", "the scales of a layer", "the biases of a layer"] as const;
const NAMES = ["numbered", "numbered as more", "numbered shortly", "without numbers"] as const;
const IN_ONE_FILE = { shards: 1, index: false, staleIndex: false } as const;
const OWN = "model.layers.0.mlp.down_proj";

export const oddShards = scenario({
  name: "load/odd_shards",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-SHARD"],
  given: {
    model: fc.oneof(
      anyModel(IN_ONE_FILE),
      // A layer that is packed in its own way.
      anyModel({
        ...IN_ONE_FILE,
        quantization: { bits: 4, groupSize: 32, perLayer: { [OWN]: { bits: 8, groupSize: 32 } } },
      }),
    ),
    apart: fc.oneof(fc.constant("anyhow" as const), fc.constantFrom(...APART)),
    spread: fc.array(fc.nat(3), { minLength: 5, maxLength: 40, size: "max" }),
    names: fc.constantFrom(...NAMES, "without numbers" as const),
    hasIndex: fc.boolean(),
    isDownloaded: fc.boolean(),
    choose: fc.nat(1000),
  },
  goals: [
    "a file was lost, and another one cut",
    "a file of scales was lost",
    "a file without a number was lost",
    "a file with a short number was lost",
  ],
  async check({ model, names, hasIndex, isDownloaded, choose, ...how }, world, verdict) {
    const groups = groupsOf(model, { ...how, choose });
    const shards = groups.map(
      (tensors, at): ModelFile & { readonly tensors: readonly Tensor[] } => ({
        path: nameOf(names, { at, count: groups.length }),
        bytes: writeSafetensors(tensors),
        lfs: true,
        tensors,
      }),
    );
    const places = shards.flatMap(({ path, tensors }) => tensors.map(({ name }) => [name, path]));
    const index = { metadata: {}, weight_map: Object.fromEntries(places) as unknown };
    const files: ModelFile[] = [
      ...model.files.filter(({ path }) => path !== WEIGHTS),
      ...shards.map(({ path, bytes, lfs }) => ({ path, bytes, lfs })),
      ...(hasIndex ? [{ path: INDEX, bytes: jsonBytes(index), lfs: false }] : []),
    ];
    const directory = await placeModel(world, files, { repository, isDownloaded });
    const sound = await verdict.attempt("LOAD-SOUND", () => world.start().check({ repository }));
    const blamed = sound.findings.find(({ level }) => level === "error");
    const paths = shards.map(({ path }) => path).join(", ");
    verdict.holds(
      "LOAD-SOUND",
      sound.loadable,
      () => `with its tensors in ${paths} it is refused: ${blamed?.path}: ${blamed?.detail}`,
    );
    const opened = sound.weightFiles.toSorted().join(", ");
    const isTold = world.kind !== "process" || opened !== "";
    verdict.holds("LOAD-SOUND", !isTold || opened === paths, `it opened ${opened} of ${paths}`);

    const lost = shards[choose % shards.length];
    // Five digits are what everybody takes for a number where nothing else is known.
    const isNumbered = names === "numbered" || names === "numbered as more";
    const isKnown = isDownloaded || hasIndex || isNumbered;
    if (lost === undefined || shards.length === 1 || !isKnown) return;
    const after = files.filter(({ path }) => path !== lost.path);
    await changeFiles(world, directory, { before: files, after });
    const report = await verdict.attempt("LOAD-SHARD", () => world.start().check({ repository }));
    const lack = missingFinding(report, { causes: ["missing-shard"], paths: [lost.path] });
    verdict.holds("LOAD-SHARD", lack === undefined, () => `of ${paths}, without it: ${lack}`);
    // Where the numbers are of more files, one of them was never there.
    const other = report.findings.find(
      ({ cause, path }) =>
        cause === "missing-shard" && path !== lost.path && names !== "numbered as more",
    );
    verdict.holds("LOAD-SHARD", other === undefined, () => `of ${paths}, ${other?.path} is missed`);
    if (names === "numbered shortly") verdict.reached("a file with a short number was lost");
    if (lost.tensors.every(({ name }) => isOfScales(name)))
      verdict.reached("a file of scales was lost");
    if (names === "without numbers") verdict.reached("a file without a number was lost");

    // A third one shows that the index is about these.
    const cut = shards.length > 2 ? shards[(choose + 1) % shards.length] : undefined;
    if (cut === undefined) return;
    const cutToo = after.map((file) =>
      file.path === cut.path ? { ...file, bytes: file.bytes.slice(0, 20) } : file,
    );
    await changeFiles(world, directory, { before: after, after: cutToo });
    const both = await verdict.attempt("LOAD-SHARD", () => world.start().check({ repository }));
    const still = missingFinding(both, { causes: ["missing-shard"], paths: [lost.path] });
    const words = `of ${paths}, without it and with ${cut.path} cut: ${still}`;
    verdict.holds("LOAD-SHARD", still === undefined, words);
    verdict.reached("a file was lost, and another one cut");
  },
});

/** The tensors of each file; no file is empty. */
function groupsOf(
  model: TinyModel,
  how: { readonly apart: string; readonly spread: readonly number[]; readonly choose: number },
): Tensor[][] {
  const { apart, spread, choose } = how;
  const tensors = tensorsOf(model.files.find(({ path }) => path === WEIGHTS)?.bytes ?? Buffer.of());
  const layers = tensors
    .filter(({ name }) => name.endsWith(".scales"))
    .map(({ name }) => name.slice(0, -"scales".length));
  const isOwn = choose % 2 === 1 && layers.includes(`${OWN}.`);
  const layer = isOwn ? `${OWN}.` : layers[choose % Math.max(layers.length, 1)];
  const groups: Tensor[][] = [[], [], [], []];
  for (const [at, tensor] of tensors.entries()) {
    const isApart =
      isOfScales(tensor.name) &&
      (apart === "all scales" || tensor.name.startsWith(layer ?? "?")) &&
      (apart !== "the biases of a layer" || tensor.name.endsWith(".biases"));
    const group = apart === "anyhow" ? (spread[at % spread.length] ?? 0) : isApart ? 1 : 0;
    groups[group]?.push(tensor);
  }
  return groups.filter(({ length }) => length > 0);
}

function isOfScales(name: string): boolean {
  return /\.(?:scales|biases)$/.test(name);
}

function nameOf(
  names: string,
  { at, count }: { readonly at: number; readonly count: number },
): string {
  const number = (value: number) => String(value).padStart(5, "0");
  if (names === "without numbers") return `model_part${at + 1}.safetensors`;
  if (names === "numbered shortly") return `model-${at + 1}-of-${count}.safetensors`;
  const shown = names === "numbered" ? count : count + 1;
  return `model-${number(at + 1)}-of-${number(shown)}.safetensors`;
}
