import { join } from "node:path";

/** The packages that a subject needs, and their registry. */
export type SubjectPackages =
  | {
      readonly from: "npm";
      readonly packages: readonly string[];
      /** Replacements for versions that the registry no longer has. */
      readonly overrides?: Readonly<Record<string, string>>;
      readonly git?: PublicSource;
    }
  | {
      readonly from: "pypi";
      readonly packages: readonly string[];
      readonly git?: PublicSource;
    }
  /** A crate, module or package beside the adapters, with a manifest of its dependencies. */
  | {
      readonly from: "cargo" | "go" | "swift";
      readonly source: string;
      /** A dependency that is built in another version than the manifest's. */
      readonly pin?: { readonly dependency: string; readonly version: string };
    };

/** Part of a public repository at a commit, for what is in no registry. It lies beside the packages that the part needs. */
export interface PublicSource {
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  /** Patterns as in a `.gitignore`, of what is checked out. */
  readonly paths: readonly string[];
}

/** Where the part of a public repository lies, below what was installed for a subject. */
export const SOURCE = "source";

/** Directories that a subject's command names. */
export interface SubjectPlaces {
  /** The adapters of this repository. */
  readonly adapters: string;
  /** What was installed for this subject. */
  readonly installed: string;
  /** File extension of the JavaScript adapters. */
  readonly ending: string;
}

/** An implementation for which this repository has an adapter. */
export interface KnownSubject {
  /** Its name on the command line; two versions of one implementation have two names. */
  readonly name: string;
  readonly packages: SubjectPackages | undefined;
  readonly command: (places: SubjectPlaces) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** As many digits of a commit as a directory's name has. */
const SHORT_COMMIT = 12;

/** A command of a JavaScript adapter. */
export const inNode = (file: string, ...args: string[]) =>
  (({ adapters, ending }) => [
    process.execPath,
    join(adapters, `${file}.${ending}`),
    ...args,
  ]) satisfies KnownSubject["command"];
/** A command of a Python adapter, in the environment that was installed for it. */
export const inPython = (file: string, ...args: string[]) =>
  (({ adapters, installed }) => [
    join(installed, "bin", "python"),
    join(adapters, file),
    ...args,
  ]) satisfies KnownSubject["command"];
/** A script that is run anew for each line, as with `--once`. */
const inShell = (file: string) =>
  (({ adapters, ending }) => [
    process.execPath,
    join(adapters, `once_shim.${ending}`),
    "sh",
    join(adapters, file),
  ]) satisfies KnownSubject["command"];
/** Keeps Python from writing compiled files beside an adapter's source. */
export const PYTHON_ENV = { PYTHONDONTWRITEBYTECODE: "1" };
const SWIFT_HUBS: SubjectPackages = { from: "swift", source: "swift_hubs" };
const HUB_JS: SubjectPackages = { from: "npm", packages: ["@huggingface/hub@2.17.5"] };

function pythonHub(version: string, packageVersion: string): KnownSubject[] {
  const packages: SubjectPackages = {
    from: "pypi",
    packages: [`huggingface_hub==${packageVersion}`],
  };
  return [
    {
      name: `python-hub-${version}`,
      packages,
      command: inPython("hub_python.py"),
      env: PYTHON_ENV,
    },
    {
      name: `python-hub-${version}-local-dir`,
      packages,
      command: inPython("hub_python.py", "--local-dir"),
      env: PYTHON_ENV,
    },
  ];
}

/** Every implementation that this repository has an adapter for, the canary first. */
export const KNOWN_SUBJECTS: readonly KnownSubject[] = [
  { name: "naive-curl", packages: undefined, command: inShell("naive_curl.sh") },
  { name: "wget", packages: undefined, command: inShell("wget_jq.sh") },
  { name: "aria2", packages: undefined, command: inShell("aria2_jq.sh") },
  { name: "hub-js", packages: HUB_JS, command: inNode("hub_js") },
  { name: "hub-js-by-file", packages: HUB_JS, command: inNode("hub_js", "--by-file") },
  {
    name: "frost",
    packages: {
      from: "npm",
      packages: ["@frost-beta/huggingface@0.2.2"],
      overrides: { "ku-progress-bar": "1.0.0-rc.4" },
    },
    command: inNode("frost"),
  },
  {
    name: "mlx-node",
    packages: {
      from: "npm",
      packages: ["@huggingface/hub@2.13.2", "@inquirer/prompts@8.5.2", "@napi-rs/keyring@1.3.0"],
      git: {
        name: "mlx-node",
        repository: "https://github.com/mlx-node/mlx-node",
        commit: "237ab8a80e9ab6d8b237789d29ead4ba0a01b87c",
        paths: [
          "/packages/cli/",
          "/packages/server/package.json",
          "/packages/server/src/host/paths.ts",
        ],
      },
    },
    command: inNode("mlx_node"),
  },
  ...pythonHub("2", "2.4.0"),
  ...pythonHub("1", "1.33.0"),
  ...pythonHub("0", "0.36.2"),
  {
    name: "mlx-lm",
    packages: { from: "pypi", packages: ["mlx[cpu]==0.32.1", "mlx-lm==0.32.0"] },
    command: inPython("mlx_lm_load.py"),
    env: PYTHON_ENV,
  },
  {
    name: "exo",
    packages: {
      from: "pypi",
      packages: [
        "aiofiles==25.1.0",
        "aiohttp==3.13.3",
        "anyio==4.11.0",
        "certifi==2026.1.4",
        "filelock==3.20.3",
        "huggingface_hub==1.8.0",
        "hypercorn==0.18.0",
        "loguru==0.7.3",
        "pydantic==2.12.5",
        "tomlkit==0.14.0",
        "zstandard==0.25.0",
      ],
      git: {
        name: "exo",
        repository: "https://github.com/exo-explore/exo",
        commit: "b5375f8cee4368d09e1ce96a56b9f81fb0bc81aa",
        paths: ["/pyproject.toml", "/src/exo/"],
      },
    },
    command: inPython("exo_shards.py"),
    env: PYTHON_ENV,
  },
  {
    name: "omlx",
    packages: {
      from: "pypi",
      packages: ["huggingface_hub==1.33.0"],
      git: {
        name: "omlx",
        repository: "https://github.com/jundot/omlx",
        commit: "274d17f4f74657f1cd3eb6dbd595e2e78829c5dd",
        paths: [
          "/omlx/__init__.py",
          "/omlx/_version.py",
          "/omlx/admin/hf_downloader.py",
          "/omlx/config.py",
          "/omlx/settings.py",
        ],
      },
    },
    command: inPython("omlx_admin.py"),
    env: PYTHON_ENV,
  },
  {
    name: "hf-hub-rust",
    packages: { from: "cargo", source: "hf_hub_rust" },
    command: ({ installed }) => [join(installed, "bin", "hf-hub-adapter")],
  },
  {
    name: "go-huggingface",
    packages: { from: "go", source: "go_huggingface" },
    command: ({ installed }) => [join(installed, "bin", "adapter")],
  },
  {
    name: "docker-model-runner",
    packages: { from: "go", source: "docker_model_runner" },
    command: ({ installed }) => [join(installed, "bin", "adapter")],
  },
  {
    name: "swift-transformers",
    packages: SWIFT_HUBS,
    command: ({ installed }) => [join(installed, "bin", "swift-hubs")],
  },
  {
    name: "swift-huggingface",
    packages: SWIFT_HUBS,
    command: ({ installed }) => [join(installed, "bin", "swift-hubs"), "--hub-client"],
  },
];

/** The directory, below `.subjects`, of what was installed for a subject; subjects with the same packages share it. */
export function installedName({ name, packages }: KnownSubject): string {
  if (packages === undefined) return name;
  if ("source" in packages) {
    const { source, pin } = packages;
    return pin === undefined ? source : `${source}@${pin.version.replaceAll(/[^\w.+-]/g, "_")}`;
  }
  const { git } = packages;
  if (git !== undefined) return `${git.name}@${git.commit.slice(0, SHORT_COMMIT)}`;
  return packages.packages
    .join("+")
    .replaceAll(/[^\w.=@+-]/g, "_")
    .replaceAll("==", "@");
}
