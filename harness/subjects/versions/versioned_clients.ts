import {
  inNode,
  inPython,
  type KnownSubject,
  PYTHON_ENV,
  type SubjectPackages,
} from "../known_subjects.ts";

/** A registry of packages whose own client this machine may have. */
export type Registry = "npm" | "pypi" | "cargo" | "go";

/** A client that can be installed in any version that its registry has, and judged. */
export interface VersionedClient {
  /** Its name on the command line, before the `@`. */
  readonly name: string;
  readonly registry: Registry;
  /** The package whose versions are those of the client. */
  readonly package: string;
  /** How one version is installed and run. */
  readonly at: (version: string) => Omit<KnownSubject, "name">;
}

const HUB_JS = "@huggingface/hub";
const HUB_PYTHON = "huggingface_hub";
const HUB_GO = "github.com/gomlx/go-huggingface";
const MODEL_RUNNER = "github.com/docker/model-runner";

const npm = (name: string, version: string): SubjectPackages => ({
  from: "npm",
  packages: [`${name}@${version}`],
});

function hubPython(name: string, ...adapter: [file: string, ...args: string[]]): VersionedClient {
  return {
    name,
    registry: "pypi",
    package: HUB_PYTHON,
    at: (version) => ({
      packages: { from: "pypi", packages: [`${HUB_PYTHON}==${version}`] },
      command: inPython(...adapter),
      env: PYTHON_ENV,
    }),
  };
}

function hubJs(name: string, ...args: string[]): VersionedClient {
  return {
    name,
    registry: "npm",
    package: HUB_JS,
    at: (version) => ({ packages: npm(HUB_JS, version), command: inNode("hub_js", ...args) }),
  };
}

/** Every client that can be judged by version. */
export const VERSIONED_CLIENTS: readonly VersionedClient[] = [
  hubPython("python-hub", "hub_python.py"),
  hubPython("python-hub-local-dir", "hub_python.py", "--local-dir"),
  hubPython("hf", "hf_cli.py"),
  hubJs("hub-js"),
  hubJs("hub-js-by-file", "--by-file"),
  {
    name: "frost",
    registry: "npm",
    package: "@frost-beta/huggingface",
    at: (version) => ({
      packages: {
        from: "npm",
        packages: [`@frost-beta/huggingface@${version}`],
        overrides: { "ku-progress-bar": "1.0.0-rc.4" },
      },
      command: inNode("frost"),
    }),
  },
  {
    name: "mlx-lm",
    registry: "pypi",
    package: "mlx-lm",
    at: (version) => ({
      // On Apple silicon mlx-lm brings the build for Metal itself.
      packages: {
        from: "pypi",
        packages: [process.platform === "darwin" ? "mlx" : "mlx[cpu]", `mlx-lm==${version}`],
      },
      command: inPython("mlx_lm_load.py"),
      env: PYTHON_ENV,
    }),
  },
  {
    name: "hf-hub-rust",
    registry: "cargo",
    package: "hf-hub",
    at: (version) => ({
      packages: {
        from: "cargo",
        // The crate got another interface with 1.0.
        source: version.startsWith("0.") ? "hf_hub_rust_0" : "hf_hub_rust",
        pin: { dependency: "hf-hub", version },
      },
      command: ({ installed }) => [`${installed}/bin/hf-hub-adapter`],
    }),
  },
  {
    name: "hf-hub-rust-async",
    registry: "cargo",
    package: "hf-hub",
    // The same build has both of its implementations; 1.0 has only one.
    at: (version) => ({
      packages: {
        from: "cargo",
        source: "hf_hub_rust_0",
        pin: { dependency: "hf-hub", version },
      },
      command: ({ installed }) => [`${installed}/bin/hf-hub-adapter`, "--async"],
    }),
  },
  {
    name: "go-huggingface",
    registry: "go",
    package: HUB_GO,
    at: (version) => ({
      packages: { from: "go", source: "go_huggingface", pin: { dependency: HUB_GO, version } },
      command: ({ installed }) => [`${installed}/bin/adapter`],
    }),
  },
  {
    name: "docker-model-runner",
    registry: "go",
    package: MODEL_RUNNER,
    at: (version) => ({
      packages: {
        from: "go",
        source: "docker_model_runner",
        pin: { dependency: MODEL_RUNNER, version },
      },
      command: ({ installed }) => [`${installed}/bin/adapter`],
    }),
  },
];

/** A client in one version, as `CLIENT@VERSION` names it. */
export interface ClientVersion {
  readonly client: VersionedClient;
  /** Undefined: the newest. */
  readonly version: string | undefined;
}

/**
 * Reads `CLIENT` or `CLIENT@VERSION`.
 *
 * @returns undefined where no such client is known
 * @throws {RangeError} when the version could not be one
 *
 * @example
 * ```ts
 * import { clientVersion } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(clientVersion("hub-js@2.17.5")?.version, "2.17.5");
 * assert.equal(clientVersion("nobody@1"), undefined);
 * ```
 */
export function clientVersion(text: string): ClientVersion | undefined {
  const at = text.indexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  const client = VERSIONED_CLIENTS.find((one) => one.name === name);
  if (client === undefined) return undefined;
  if (at < 0) return { client, version: undefined };
  const version = text.slice(at + 1);
  // It becomes an argument of the registry's client and a name of a directory.
  if (!/^v?\d[\w.+-]*$/.test(version))
    throw new RangeError(`Cannot read the version of "${text}": "${version}" is not one`);
  return { client, version };
}

/** A client in one version as a subject; its name is `CLIENT@VERSION`. */
export function subjectAt(client: VersionedClient, version: string): KnownSubject {
  return { name: `${client.name}@${version}`, ...client.at(version) };
}
