import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type {
  Environment,
  FileSystem,
  GenerateRequest,
  ProgramStarter,
  RunnerName,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/** A runner that can be started, and why it is the one. */
export interface FoundRunner {
  readonly name: RunnerName | "given";
  /** Its command line; undefined for the reference inside this process. */
  readonly command: readonly string[] | undefined;
  readonly why: string;
}

/** Where runners are looked for. */
export interface FindRunnerOptions {
  readonly files: FileSystem;
  readonly env: Environment;
  /** Absent where no programs may be started. */
  readonly programs?: ProgramStarter | undefined;
}

const SOURCES = new URL("./runners/", import.meta.url);
const REFERENCE = new URL(
  `./runners/reference_runner.${import.meta.url.split(".").at(-1) ?? "js"}`,
  import.meta.url,
);
const MLX_LM_SCRIPT = fileURLToPath(new URL("mlx_lm_runner.py", SOURCES));
const SWIFT_BUILT = fileURLToPath(new URL("mlx_swift/.build/release/mlx-swift-runner", SOURCES));
/** Where `npm run subjects` puts its Python. */
const OWN_VENV = fileURLToPath(new URL("../../../.subjects/venv", SOURCES));

/**
 * Picks the best runner that is installed, and says why it is the one.
 *
 * On Apple silicon that is MLX: the Swift runner where it is built, else mlx-lm. Elsewhere it is the reference, even
 * where mlx-lm is installed: MLX's build for other processors is no faster and is not everywhere; it is used when it
 * is asked for. `MLX_LAYOUT_SWIFT_RUNNER` and `MLX_LAYOUT_PYTHON` name an executable and a Python with mlx-lm.
 *
 * @throws ModelError with the code `runner-unavailable`
 */
export async function findRunner(
  wanted: NonNullable<GenerateRequest["runner"]>,
  options: FindRunnerOptions,
): Promise<FoundRunner> {
  const { programs } = options;
  if (typeof wanted !== "string") {
    return { name: "given", command: [...wanted], why: "its command line was given" };
  }
  if (wanted !== "auto") {
    const command = wanted === "reference" ? reference(programs) : await commandOf(wanted, options);
    if (command !== undefined || wanted === "reference") {
      return { name: wanted, command, why: "it was asked for" };
    }
    throw new ModelError("runner-unavailable", `Cannot find the runner ${wanted}: ${HOW[wanted]}`);
  }
  if (programs?.platform === "darwin" && programs.processor === "arm64") {
    for (const name of ["mlx-swift", "mlx-lm"] as const) {
      // oxlint-disable-next-line no-await-in-loop -- the first that is there wins
      const command = await commandOf(name, options);
      if (command !== undefined) {
        return { name, command, why: "it is installed, and this is Apple silicon" };
      }
    }
    const why = "this is Apple silicon, but neither mlx-swift nor mlx-lm was found";
    return { name: "reference", command: reference(programs), why };
  }
  const why = "this is not Apple silicon; another one is used when it is asked for";
  return { name: "reference", command: reference(programs), why };
}

const HOW: Readonly<Record<"mlx-swift" | "mlx-lm", string>> = {
  "mlx-swift":
    "build it with swift build -c release on a Mac, or name its executable in MLX_LAYOUT_SWIFT_RUNNER",
  "mlx-lm":
    "install mlx and mlx-lm, and name that Python in MLX_LAYOUT_PYTHON, or run npm run subjects",
};

async function commandOf(
  name: "mlx-swift" | "mlx-lm",
  options: FindRunnerOptions,
): Promise<readonly string[] | undefined> {
  const { env, files, programs } = options;
  if (programs === undefined) return undefined;
  const [variable, place] =
    name === "mlx-swift"
      ? ["MLX_LAYOUT_SWIFT_RUNNER", SWIFT_BUILT]
      : ["MLX_LAYOUT_PYTHON", join(OWN_VENV, "bin", "python")];
  const program = env[variable] || ((await isThere(files, place)) ? place : undefined);
  if (program === undefined) return undefined;
  return name === "mlx-swift" ? [program] : [program, "-u", MLX_LM_SCRIPT];
}

function reference(programs: ProgramStarter | undefined): readonly string[] | undefined {
  return programs && [...programs.node, fileURLToPath(REFERENCE)];
}

async function isThere(files: FileSystem, path: string): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === "file";
  } catch {
    // Whatever keeps it from being looked at, it cannot be started.
    return false;
  }
}
