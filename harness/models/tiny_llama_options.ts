import type { FloatDtype } from "./encode_floats.ts";
import type { Packing } from "./quantize_floats.ts";
import { type LlamaFamilyOptions } from "./llama_family.ts";
import { type ChatTemplatePlace } from "./tiny_tokenizer.ts";

/** How a model is quantized. */
export type TinyQuantization = Packing & {
  /** Layers, such as `lm_head` or `model.layers.0.mlp.down_proj`, that are packed otherwise or not at all. */
  readonly perLayer?: Readonly<Record<string, Packing | false>>;
};

/** The parameters of a tiny model of the llama family; equal parameters give equal bytes. */
export interface TinyLlamaOptions extends LlamaFamilyOptions {
  /** @default {0} */
  readonly seed: number;
  /** A multiple of the heads; 32, 64, 128 or 256 but for measurements. @default {32} */
  readonly hiddenSize: number;
  /** @default {1} */
  readonly layers: 1 | 2 | 3;
  /** @default {4} */
  readonly heads: number;
  /** @default {2} */
  readonly kvHeads: number;
  /** At least 259. @default {288} */
  readonly vocabSize: number;
  /** @default {twice the hidden size} */
  readonly intermediateSize: number;
  /** Format of scales, biases and unquantized tensors. @default {"F16"} */
  readonly dtype: FloatDtype;
  /** `undefined` for a model in full precision. @default {{ bits: 4, groupSize: 32 }} */
  readonly quantization: TinyQuantization | undefined;
  /** Whether the output uses the embedding's weights. @default {true} */
  readonly tied: boolean;
  /** 1 gives `model.safetensors`. @default {1} */
  readonly shards: 1 | 2 | 3 | 4;
  /** Whether there is a `model.safetensors.index.json`, as MLX's converter writes one. @default {true} */
  readonly index: boolean;
  /** Whether the index names files that the repository lacks, as some published ones do. @default {false} */
  readonly staleIndex: boolean;
  /** Whether there are JSON files in sub-directories. @default {false} */
  readonly nested: boolean;
  /** Whether two paths have the same content. @default {false} */
  readonly duplicateBlob: boolean;
  /** @default {"jinja-file"} */
  readonly chatTemplate: ChatTemplatePlace;
  /** @default {true} */
  readonly generationConfig: boolean;
  /** Whether there are files that no runtime reads: README.md, .gitattributes, LICENSE. @default {false} */
  readonly extraFiles: boolean;
  /** Whether `tokenizer.json` is kept with git-lfs. @default {true} */
  readonly lfsTokenizer: boolean;
}
