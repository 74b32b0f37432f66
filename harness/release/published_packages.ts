/** A package that is made of this repository. */
export interface PublishedPackage {
  readonly name: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Entry points of its commands, by name. */
  readonly bin: Readonly<Record<string, string>>;
  /** A command that must start at once, and so is put together of few files. */
  readonly bundled?: {
    /** Its main module, without its ending. */
    readonly main: string;
    /** What few of its uses need, by the paths that are imported. */
    readonly apart: RegExp;
  };
  /** Modules that may be imported, without their ending, by the path behind the package's name. */
  readonly exports: Readonly<Record<string, string>>;
  /** Which of the compiled and the other files it holds, by their path from the top. */
  readonly holds: RegExp;
  /** Sections of `README.md` that its own consists of, by their headings. */
  readonly sections: readonly string[];
}

const KEYWORDS = ["mlx", "huggingface", "safetensors"];

/** The packages of this repository. Each holds what it needs of the others, so that it is installed by itself. */
export const PUBLISHED_PACKAGES: readonly PublishedPackage[] = [
  {
    name: "mlx-layout",
    description:
      "Downloads, checks, repairs, lists, shares and runs MLX models, each in the place where the MLX runtimes look for it.",
    keywords: [...KEYWORDS, "downloader"],
    bin: { "mlx-layout": "src/cli/start.mjs" },
    bundled: {
      main: "src/cli/main",
      apart:
        /\/(?:shared_model_manager|node_host|http_listener|undici_fetch|proxy_dispatcher|load_reference_model|compute_threads|tensor_tables_data)\.js$/,
    },
    exports: { ".": "src/mod", "./spec": "spec/mod" },
    holds:
      /^(?:src\/.*\.(?:js|mjs|d\.ts)|src\/run\/runners\/.*\.(?:py|swift)|spec\/.*\.(?:js|d\.ts|json))$/,
    sections: [
      "Download, check, repair, run",
      "Use it as a library",
      "Open the model from Swift",
      "License",
    ],
  },
  {
    name: "mlx-conform",
    description:
      "Tests any downloader, manager or loader of MLX models against a specification, under faults of disk, hub and clock.",
    keywords: [...KEYWORDS, "conformance", "property-based testing"],
    bin: { "mlx-conform": "scenarios/start.mjs" },
    exports: {
      ".": "harness/mod",
      "./internal": "harness/internal",
      "./scenarios": "scenarios/mod",
      "./spec": "spec/mod",
    },
    // What changes a copy of the source is a part of a clone only.
    holds: /^(?!scenarios\/commands\/mutate\/(?!mutate_command\.))(?:spec|src|harness|scenarios)\//,
    sections: ["Test your own client in three steps", "Results", "License"],
  },
];
