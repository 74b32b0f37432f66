/**
 * What a night judges, step by step, and what each step needs of the machine.
 *
 * @module
 */

/** The machine as far as the steps need to know it. */
export interface NightMachine {
  /** As Node names them. */
  readonly platform: string;
  readonly processor: string;
  /** Whether a program is on the path. */
  readonly has: (program: string) => boolean;
  /** A Python with mlx and mlx-lm. */
  readonly python: string | undefined;
  /** Whether the real hub may be asked. */
  readonly isOnline: boolean;
}

/** One step of a night. */
export interface NightStep {
  readonly name: string;
  /** Its command line. */
  readonly command: readonly string[];
  /** Why it cannot be done here, if it cannot. */
  readonly skip: string | undefined;
  /** Whether it is the hardware world, which no night should be without. */
  readonly isHardware?: boolean;
}

const NODE = ["node", "--import", "tsx"] as const;
const TEST = [...NODE, "--test", "--test-concurrency=2"] as const;
const SWIFT_RUNNER = "src/run/runners/mlx_swift";
/** Small, published by MLX's own community, and of an architecture that the reference computes. */
const REAL_MODEL = "mlx-community/SmolLM-135M-Instruct-4bit";

/** The steps of a night on a machine, in their order. */
export function nightSteps(machine: NightMachine): NightStep[] {
  const { platform, processor, has, python, isOnline } = machine;
  const isApple = platform === "darwin" && processor === "arm64";
  const noPython = python === undefined ? "no Python with mlx-lm: run npm run subjects" : undefined;
  const noSwift = has("swift")
    ? isApple
      ? undefined
      : "MLX's Swift package builds on Apple silicon only"
    : "no Swift toolchain";
  const noStrace = has("strace") ? undefined : "no strace";
  const noMetal = isApple ? undefined : `this is ${platform} on ${processor}, without Metal`;
  const noHub = isOnline ? undefined : "the real hub is not asked: set MLX_LAYOUT_ONLINE=1";
  return [
    {
      name: "memory and disk worlds",
      command: [...NODE, "scenarios/main.ts", "--seed", "random", "--runs", "200"],
      skip: undefined,
    },
    {
      name: "disk fidelity",
      command: [...TEST, "harness/disk/disk_fidelity_test.ts"],
      skip: undefined,
    },
    {
      name: "processes: kill -9",
      command: [...TEST, "scenarios/process/kill_nine_test.ts"],
      skip: undefined,
    },
    {
      name: "runners that break their protocol",
      command: [...TEST, "src/run/runner_client_test.ts"],
      skip: undefined,
    },
    {
      name: "load plan against mlx-lm under strace",
      command: [...TEST, "scenarios/process/load_plan_test.ts"],
      skip: noPython ?? noStrace,
    },
    {
      name: "generated models and damages against MLX",
      command: [...TEST, "harness/models/real_mlx_test.ts"],
      skip: noPython,
    },
    {
      name: "real clients against the simulated hub",
      command: [...TEST, "harness/hub/real_clients_test.ts"],
      skip: noPython,
    },
    {
      name: "Swift runner",
      command: ["swift", "build", "-c", "release", "--package-path", SWIFT_RUNNER],
      skip: noSwift,
    },
    {
      name: "runners: the reference and mlx-lm",
      command: [...TEST, "scenarios/process/runners_test.ts"],
      skip: noPython,
    },
    {
      name: "hardware: MLX on Metal against the reference, with a real model",
      command: [...NODE, "scenarios/bench/real_model.ts", REAL_MODEL],
      skip: noMetal ?? noPython ?? noHub,
      isHardware: true,
    },
  ];
}
