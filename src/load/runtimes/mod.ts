import { mlxAudio } from "./mlx_audio.ts";
import { mlxEmbeddings } from "./mlx_embeddings.ts";
import { mlxLm } from "./mlx_lm.ts";
import { mlxSwiftLm } from "./mlx_swift_lm.ts";
import { mlxVlm } from "./mlx_vlm.ts";
import type { RuntimeDefinition } from "./runtime.ts";

/** Every runtime whose rules are known: one file each, listed here. */
export const RUNTIMES: readonly RuntimeDefinition[] = [
  mlxLm,
  mlxSwiftLm,
  mlxVlm,
  mlxEmbeddings,
  mlxAudio,
];
