import { type Damage, isAffine, isQuantized, namedDamages } from "./damage.ts";
import { type Config, configEdit, quantizationEdit } from "./edit_config.ts";

/** A `config.json` that describes another packing than that of the layers: `LOAD-SHAPES`. */
export const PACKING_DAMAGES: readonly Damage[] = namedDamages({
  "config-of-other-bits": {
    // mlx-lm works out bits and groups from the shapes; mlx-swift believes the configuration.
    ...quantizationEdit((block) => ({
      ...block,
      bits: block["bits"] === 4 ? 8 : 4,
    })),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "config-of-another-group-size": {
    ...quantizationEdit((block) => ({
      ...block,
      group_size: block["group_size"] === 64 ? 32 : 64,
    })),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "config-of-other-bits-for-one-layer": quantizationEdit((block) => ({
    ...block,
    "model.layers.0.mlp.up_proj": {
      group_size: block["group_size"],
      bits: block["bits"] === 4 ? 8 : 4,
    },
  })),
  "config-of-a-packing-that-mlx-lacks": {
    // As above: mlx-lm does not look at these where the shapes say what they are.
    ...quantizationEdit((block, choose) => {
      const others: readonly Config[] = [
        { bits: 7 },
        { group_size: 48 },
        { mode: "nosuch" },
        { bits: String(block["bits"]) },
        { group_size: String(block["group_size"]) },
        { mode: "mxfp4", bits: 4, group_size: 64 },
        { mode: "mxfp8", bits: 4, group_size: 32 },
        { mode: "nvfp4", bits: 4, group_size: 32 },
      ];
      return { ...block, ...others[choose % others.length] };
    }),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "config-of-a-layer-whose-packing-mlx-lacks": quantizationEdit((block, choose) => {
    const { group_size, bits } = block;
    const others: readonly Config[] = [
      { bits: 7, group_size },
      { bits, group_size: 48 },
      { bits, group_size, mode: "nosuch" },
    ];
    return { ...block, "model.layers.0.mlp.up_proj": others[choose % others.length] };
  }),
  "config-with-a-layer-whose-packing-says-nothing": {
    ...quantizationEdit((block, choose) => ({
      ...block,
      "model.layers.0.mlp.up_proj": [4, "4", null, {}, 0, [4]][choose % 6],
    })),
    alsoRight: ["shape", "dtype", "extra-tensor"],
  },
  "config-with-a-packing-of-a-norm": {
    ...quantizationEdit((block, choose) => {
      const { bits, group_size } = block;
      return { ...block, "model.norm": [true, { bits, group_size }][choose % 2] };
    }),
    alsoRight: ["shape", "dtype", "missing-tensor"],
  },
  "config-with-a-packing-of-a-plain-layer": {
    ...configEdit("quantization", (config, choose) => {
      const own = [true, { bits: 4, group_size: 32 }][choose % 2];
      const block = { bits: 4, group_size: 32, "model.layers.0.mlp.up_proj": own };
      return { ...config, quantization: block, quantization_config: block };
    }),
    alsoRight: ["shape", "dtype", "missing-tensor"],
    appliesTo: (model) => !isQuantized(model),
  },
  "config-with-a-packing-that-is-no-object": {
    ...configEdit("quantization", (config, choose) => ({
      ...config,
      quantization: ["4-bit", [4], true, 4, false, 0, {}][choose % 7],
    })),
    alsoRight: ["bad-config"],
    appliesTo: isAffine,
  },
  "config-without-bits": quantizationEdit((block) => ({ ...block, bits: undefined })),
  "config-without-quantization": {
    ...configEdit("quantization", (config) => ({
      ...config,
      quantization: undefined,
      quantization_config: undefined,
    })),
    alsoRight: ["extra-tensor", "shape", "dtype"],
    appliesTo: isAffine,
  },
  "config-with-quantization-config-only": {
    ...configEdit("quantization", (config) => ({ ...config, quantization: undefined })),
    appliesTo: isAffine,
  },
});
