import { join } from "node:path";

/** The packages that a subject needs, and their registry. */
export type SubjectPackages =
  | {
      readonly from: "npm";
      readonly packages: readonly string[];
      /** Replacements for versions that the registry no longer has. */
      readonly overrides?: Readonly<Record<string, string>>;
    }
  | { readonly from: "pypi"; readonly packages: readonly string[] }
  /** A crate, module or package beside the adapters, with a manifest of its dependencies. */
  | {
      readonly from: "cargo" | "go" | "swift";
      readonly source: string;
      /** A dependency that is built in another version than the manifest's. */
      readonly pin?: { readonly dependency: string; readonly version: string };
    };

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
  return packages.packages
    .join("+")
    .replaceAll(/[^\w.=@+-]/g, "_")
    .replaceAll("==", "@");
}
