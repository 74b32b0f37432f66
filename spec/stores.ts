/**
 * Where the tools that MLX users have keep models: `PLACE-FOUND`.
 *
 * @module
 */

import type { Layout } from "./layouts.ts";

/** A tool's own collection of models. */
export interface Store {
  /** Whose it is. */
  readonly title: string;
  /** How models lie in it; none where the tool keeps them in a form that MLX cannot open. */
  readonly layouts: readonly Layout[];
  /**
   * Its directories, all that are there. `~` is the user's home; a leading `$NAME` is the value of a variable, a list
   * where the name ends in `DIRS`, and is left out where the variable is empty; `*` is any one name.
   */
  readonly directories: readonly string[];
  /** A file of settings (JSON), and the key in it that names another directory. */
  readonly settings?: { readonly file: string; readonly key: string };
  /**
   * How a directory's name says the repository where it is not as the layout has it: each `.` was written as `___`, or the
   * `/` as `_`.
   */
  readonly naming?: "dots as ___" | "slash as _";
  /** Of a store without layouts: what there is one of for each model, as names below its directory. */
  readonly units?: string;
  /** Where that was read. */
  readonly source: string;
}

const CONTAINER = "~/Library/Containers/*/Data";

/** Every store by the name that `list` shows, in the order in which a model is looked for. */
export const STORES = {
  "hub-cache": {
    title: "the hub's own cache",
    layouts: ["hf-cache"],
    directories: [
      "$HF_HUB_CACHE",
      "$HUGGINGFACE_HUB_CACHE",
      "$HF_HOME/hub",
      "$XDG_CACHE_HOME/huggingface/hub",
      "~/.cache/huggingface/hub",
    ],
    source: "huggingface_hub 2.4.0, constants.py",
  },
  hubapi: {
    title: "HubApi of swift-transformers",
    layouts: ["hubapi"],
    directories: [
      "~/Documents/huggingface",
      "~/Downloads/huggingface",
      "~/Library/Caches",
      `${CONTAINER}/Documents/huggingface`,
      `${CONTAINER}/Library/Caches`,
    ],
    source:
      "swift-transformers HubApi.swift; mlx-swift-lm 2.30 ModelFactory.swift; mlx-swift-examples HubApi+default.swift",
  },
  "swift-hub": {
    title: "HubCache of swift-huggingface, one for each app",
    layouts: ["hf-cache"],
    directories: [
      "~/Library/Caches/huggingface/hub",
      `${CONTAINER}/Library/Caches/huggingface/hub`,
    ],
    source: "swift-huggingface 0.8.1, CacheLocationProvider.swift",
  },
  "lm-studio": {
    title: "LM Studio",
    layouts: ["lmstudio"],
    directories: ["~/.lmstudio/models", "~/.cache/lm-studio/models"],
    settings: { file: "~/.lmstudio/settings.json", key: "downloadsFolder" },
    source: "lmstudio.ai documentation; lmstudio-ai/lms#50 (the older place); v1ckxy/LMSPLS#2",
  },
  omlx: {
    title: "oMLX",
    layouts: ["lmstudio", "flat"],
    directories: ["~/.omlx/models"],
    source: "jundot/omlx 0149651",
  },
  exo: {
    title: "exo",
    layouts: ["flat"],
    directories: [
      "$EXO_DEFAULT_MODELS_DIR",
      "$EXO_MODELS_DIRS",
      "$EXO_MODELS_READ_ONLY_DIRS",
      "$XDG_DATA_HOME/exo/models",
      "~/.local/share/exo/models",
      "~/.exo/models",
    ],
    source: "exo-explore/exo b5375f8, constants.py; exo#1765",
  },
  osaurus: {
    title: "osaurus",
    layouts: ["lmstudio"],
    directories: ["$OSU_MODELS_DIR", "~/MLXModels", "~/Documents/MLXModels"],
    source: "osaurus-ai/osaurus, March 2026",
  },
  swama: {
    title: "swama",
    layouts: ["lmstudio"],
    directories: ["$SWAMA_MODELS", "~/.swama/models"],
    source: "Trans-N-ai/swama 2.2.0, ModelPaths.swift",
  },
  "mlx-audio": {
    title: "mlx-audio-swift",
    layouts: ["flat"],
    directories: [
      "$HF_HUB_CACHE/mlx-audio",
      "$HF_HOME/hub/mlx-audio",
      "~/.cache/huggingface/hub/mlx-audio",
      "~/Library/Caches/mlx-audio",
      "~/Library/Caches/huggingface/hub/mlx-audio",
      `${CONTAINER}/Library/Caches/huggingface/hub/mlx-audio`,
    ],
    naming: "slash as _",
    source: "mlx-audio-swift 4266f98, ModelUtils.swift",
  },
  msty: {
    title: "Msty Studio",
    layouts: ["lmstudio", "flat"],
    directories: ["~/Library/Application Support/MstyStudio/models-mlx"],
    source: "drvbss/msty-admin-mcp, README",
  },
  modelscope: {
    title: "ModelScope",
    layouts: ["lmstudio"],
    directories: [
      "$MODELSCOPE_CACHE",
      "$MODELSCOPE_CACHE/models",
      "~/.cache/modelscope/hub",
      "~/.cache/modelscope/hub/models",
    ],
    naming: "dots as ___",
    source: "modelscope 2905da1",
  },
  mtplx: {
    title: "MTPLX",
    layouts: ["flat"],
    directories: ["$MTPLX_MODEL_DIRS", "~/.mtplx/models"],
    source: "MTPLX#387, #388",
  },
  mlxcel: {
    title: "mlxcel",
    layouts: ["lmstudio"],
    directories: ["$MLXCEL_MODELS_DIR", "~/.cache/mlxcel/models"],
    source: "lablup/mlxcel#107",
  },
  docker: {
    title: "Docker Model Runner",
    layouts: [],
    directories: ["~/.docker/models"],
    units: "bundles/sha256/*",
    source: "docker/model-runner 642c721: contents by their hash, unpacked for its own runtime",
  },
  ollama: {
    title: "Ollama",
    layouts: [],
    directories: ["$OLLAMA_MODELS", "~/.ollama/models"],
    units: "manifests/*/*/*/*",
    source: "ollama#16919: its MLX engine keeps one tensor in each blob",
  },
} as const satisfies Readonly<Record<string, Store>>;

/** The name of a store. */
export type StoreName = keyof typeof STORES;
