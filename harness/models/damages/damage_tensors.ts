import type { CheckCause } from "../../../spec/mod.ts";
import {
  type Damage,
  type DamageEntry,
  fileAt,
  isAffine,
  isQuantized,
  namedDamages,
  pick,
  type TensorPlace,
  tensorPlaces,
  withFile,
} from "./damage.ts";
import type { TinyModel } from "../model_file.ts";
import { splitSafetensors, tensorsOf } from "../split_safetensors.ts";
import { type Dtype, type Tensor, writeSafetensors } from "../write_safetensors.ts";

/** Readable files whose tensors are not those of the configuration: `LOAD-TENSORS`, `LOAD-SHAPES`. */
export const TENSOR_DAMAGES: readonly Damage[] = namedDamages({
  "tensor-missing": {
    ...tensorEdit(
      { cause: "missing-tensor", isWanted: ({ name }) => name.endsWith(".weight") },
      () => [],
    ),
    alsoRight: ["extra-tensor"],
  },
  "scales-missing": {
    ...tensorEdit(
      { cause: "missing-tensor", isWanted: ({ name }) => name.endsWith(".scales") },
      () => [],
    ),
    alsoRight: ["extra-tensor"],
    appliesTo: isAffine,
  },
  "biases-missing": {
    ...tensorEdit(
      { cause: "missing-tensor", isWanted: ({ name }) => name.endsWith(".biases") },
      () => [],
    ),
    appliesTo: isAffine,
  },
  "tensor-extra": tensorEdit({ cause: "extra-tensor" }, (tensor) => [
    tensor,
    { ...tensor, name: "model.extra.weight" },
  ]),
  "bias-extra": tensorEdit(
    // Of these none has one.
    {
      cause: "extra-tensor",
      isWanted: ({ name }) => /(?:norm|embed_tokens)\.weight$/.test(name),
    },
    (tensor) => [tensor, { ...tensor, name: tensor.name.replace(/weight$/, "bias") }],
  ),
  "layer-extra": tensorEdit(
    { cause: "extra-tensor", isWanted: ({ name }) => /\.layers\.0\..*\.weight$/.test(name) },
    (tensor) => [tensor, { ...tensor, name: tensor.name.replace(".layers.0.", ".layers.7.") }],
  ),
  "biases-extra": {
    ...tensorEdit(
      { cause: "extra-tensor", isWanted: ({ name }) => name.endsWith(".scales") },
      (tensor) => [tensor, { ...tensor, name: tensor.name.replace(/scales$/, "biases") }],
    ),
    appliesTo: (model) => isQuantized(model) && !isAffine(model),
  },
  "output-scales-extra": {
    ...tensorEdit(
      { cause: "extra-tensor", isWanted: ({ name }) => name === "model.embed_tokens.scales" },
      (tensor) => [tensor, { ...tensor, name: "lm_head.scales" }],
    ),
    appliesTo: (model) =>
      model.config["tie_word_embeddings"] === true &&
      tensorPlaces(model).some(({ name }) => name === "model.embed_tokens.scales"),
  },
  "tensor-renamed": {
    ...tensorEdit({ cause: "missing-tensor" }, (tensor) => [
      { ...tensor, name: tensor.name.replace("model.", "module.").replace("lm_head", "head") },
    ]),
    alsoRight: ["extra-tensor"],
  },
  "tensor-transposed-shape": tensorEdit(
    {
      cause: "shape",
      isWanted: ({ entry: { shape } }) => shape.length === 2 && shape[0] !== shape[1],
    },
    (tensor) => [{ ...tensor, shape: tensor.shape.toReversed() }],
  ),
  "tensor-of-rank-one-more": tensorEdit({ cause: "shape" }, (tensor) => [
    { ...tensor, shape: [1, ...tensor.shape] },
  ]),
  "packed-declared-signed": {
    ...tensorEdit({ cause: "dtype", isWanted: isPacked }, (tensor) => [
      { ...tensor, dtype: "I32" },
    ]),
    appliesTo: isAffine,
  },
  "packed-declared-float": {
    ...tensorEdit({ cause: "dtype", isWanted: isPacked }, (tensor) => [
      { ...tensor, dtype: "F32" },
    ]),
    appliesTo: isAffine,
  },
  "one-half-format-for-the-other": {
    ...tensorEdit({ cause: "dtype", isWanted: isHalf }, (tensor) => [
      { ...tensor, dtype: otherHalf(tensor.dtype) },
    ]),
    appliesTo: isHalfModel,
    acceptedByMlx: true,
  },
  "all-half-formats-for-the-other": {
    cause: "dtype",
    acceptedByMlx: true,
    appliesTo: isHalfModel,
    apply: (model) =>
      model.files.map((file) =>
        model.weightFiles.includes(file.path)
          ? {
              ...file,
              bytes: writeSafetensors(
                tensorsOf(file.bytes).map((tensor) => ({
                  ...tensor,
                  dtype: otherHalf(tensor.dtype),
                })),
              ),
            }
          : file,
      ),
  },
  "tensor-in-two-shards": {
    cause: "duplicate-tensor",
    acceptedByMlx: true,
    appliesTo: (model) => model.weightFiles.length > 1,
    apply: (model, choose) => {
      const place = pick(tensorPlaces(model), choose);
      const others = model.weightFiles.filter((path) => path !== place.path);
      const target = fileAt(model, pick(others, choose));
      const copied = tensorsOf(place.bytes).filter(({ name }) => name === place.name);
      return withFile(model, {
        path: target.path,
        bytes: writeSafetensors([...tensorsOf(target.bytes), ...copied]),
      });
    },
  },
});

/** Replaces one chosen tensor by others, or by none, in a file that is otherwise sound. */
function tensorEdit(
  options: { readonly cause: CheckCause; readonly isWanted?: (place: TensorPlace) => boolean },
  edit: (tensor: Tensor) => readonly Tensor[],
): DamageEntry {
  return {
    cause: options.cause,
    acceptedByMlx: false,
    apply: (model, choose) => {
      const places = tensorPlaces(model).filter(options.isWanted ?? (() => true));
      const { path, bytes, name } = pick(places, choose);
      const { metadata } = splitSafetensors(bytes);
      const tensors = tensorsOf(bytes).flatMap((tensor) =>
        tensor.name === name ? edit(tensor) : [tensor],
      );
      return withFile(model, { path, bytes: writeSafetensors(tensors, { metadata }) });
    },
  };
}

function isPacked({ entry }: TensorPlace): boolean {
  return entry.dtype === "U32";
}

function isHalf({ entry }: TensorPlace): boolean {
  return entry.dtype === "F16" || entry.dtype === "BF16";
}

function isHalfModel(model: TinyModel): boolean {
  return model.config["torch_dtype"] !== "float32";
}

function otherHalf(dtype: Dtype): Dtype {
  return dtype === "F16" ? "BF16" : dtype === "BF16" ? "F16" : dtype;
}
