import {
  type Damage,
  fileAt,
  namedDamages,
  pick,
  pickWeights,
  withFile,
  withoutPaths,
} from "./damage.ts";
import type { ModelFile, TinyModel } from "../model_file.ts";
import { tensorsOf } from "../split_safetensors.ts";
import { type Tensor, writeSafetensors } from "../write_safetensors.ts";

/** Sound weight files that are too few, too many, or under wrong names: `LOAD-SHARD`, `LOAD-STRAY`. */
export const FILE_SET_DAMAGES: readonly Damage[] = namedDamages({
  "weights-missing": {
    cause: "missing-weights",
    alsoRight: ["missing-shard"],
    acceptedByMlx: false,
    apply: (model) => withoutPaths(model, model.weightFiles),
  },
  "weights-in-a-subdirectory": {
    cause: "missing-weights",
    alsoRight: ["missing-shard"],
    acceptedByMlx: false,
    apply: (model) =>
      model.files.map((file) =>
        model.weightFiles.includes(file.path) ? { ...file, path: `weights/${file.path}` } : file,
      ),
  },
  "shard-missing": {
    cause: "missing-shard",
    acceptedByMlx: false,
    appliesTo: isSharded,
    apply: (model, choose) => withoutPaths(model, [pick(model.weightFiles, choose)]),
  },
  "shard-with-bytes-of-another": {
    cause: "missing-tensor",
    alsoRight: ["duplicate-tensor"],
    acceptedByMlx: false,
    appliesTo: isSharded,
    apply: (model, choose) => {
      const [source, target] = twoShards(model, choose);
      return withFile(model, { path: target.path, bytes: source.bytes });
    },
  },
  "shards-with-each-others-bytes": {
    cause: "hash",
    alsoRight: ["missing-tensor", "foreign-weights"],
    acceptedByMlx: true,
    appliesTo: isSharded,
    apply: (model, choose) => {
      const [first, second] = twoShards(model, choose);
      return model.files.map((file) => {
        const other = file.path === first.path ? second : first;
        return [first.path, second.path].includes(file.path)
          ? { ...file, bytes: other.bytes }
          : file;
      });
    },
  },
  "stray-whole-weights": {
    cause: "foreign-weights",
    alsoRight: ["duplicate-tensor"],
    acceptedByMlx: true,
    apply: (model) => withFile(model, { path: "model-old.safetensors", bytes: olderWhole(model) }),
  },
  "stray-cut-weights": {
    cause: "foreign-weights",
    alsoRight: ["truncated"],
    acceptedByMlx: false,
    apply: (model, choose) => {
      const { bytes } = pickWeights(model, choose);
      const half = bytes.slice(0, bytes.length >>> 1);
      return withFile(model, { path: "model (1).safetensors", bytes: half });
    },
  },
  "stray-single-file-beside-shards": {
    cause: "foreign-weights",
    alsoRight: ["duplicate-tensor"],
    acceptedByMlx: true,
    appliesTo: isSharded,
    apply: (model) => withFile(model, { path: "model.safetensors", bytes: olderWhole(model) }),
  },
  "stray-shard-beside-single-file": {
    cause: "foreign-weights",
    alsoRight: ["duplicate-tensor", "missing-shard"],
    acceptedByMlx: true,
    appliesTo: (model) => !isSharded(model),
    apply: (model, choose) => {
      const tensors = tensorsOf(pickWeights(model, choose).bytes);
      if (choose % 2 === 1) return withSmallerSet(model, tensors);
      const bytes = writeSafetensors(tensors.slice(0, Math.ceil(tensors.length / 2)));
      return withFile(model, { path: "model-00001-of-00002.safetensors", bytes });
    },
  },
});

function isSharded(model: TinyModel): boolean {
  return model.weightFiles.length > 1;
}

function twoShards(model: TinyModel, choose: number): [ModelFile, ModelFile] {
  const first = pick(model.weightFiles, choose);
  const second = pick(
    model.weightFiles.filter((path) => path !== first),
    Math.floor(choose / model.weightFiles.length),
  );
  return [fileAt(model, first), fileAt(model, second)];
}

/** Adds shards that are a whole set, of a model that had a layer less. */
function withSmallerSet(model: TinyModel, tensors: readonly Tensor[]): ModelFile[] {
  const layerOf = (name: string) => Number(/\.layers\.(\d+)\./.exec(name)?.[1] ?? -1);
  const last = Math.max(...tensors.map(({ name }) => layerOf(name)));
  const kept = tensors.filter(({ name }) => layerOf(name) !== last);
  const half = Math.ceil(kept.length / 2);
  const shards = [kept.slice(0, half), kept.slice(half)].map((part, at) => ({
    path: `model-0000${at + 1}-of-00002.safetensors`,
    bytes: writeSafetensors(part),
    lfs: true,
  }));
  return [...model.files, ...shards];
}

/** All tensors in one file, with values that differ a little, as an earlier revision's would. */
function olderWhole(model: TinyModel): Uint8Array {
  const tensors = model.weightFiles.flatMap((path) => tensorsOf(fileAt(model, path).bytes));
  return writeSafetensors(
    tensors.map((tensor) => ({
      ...tensor,
      data: tensor.data.map((byte, index) => (index % 4 === 0 ? byte ^ 1 : byte)),
    })),
  );
}
