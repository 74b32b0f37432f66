/**
 * What a night runs, and on which machine it can.
 *
 * @module
 */

import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import { METAL_TOLERANCE } from "../../bench/inference_tolerance.ts";

/** A step of the night: one command. */
export interface NightlyStep {
  readonly name: string;
  readonly command: readonly string[];
  /** Kind of volume that is made for it; `{volume}` in its command is where. */
  readonly volume?: "APFS" | "Case-sensitive APFS";
  /** Why it cannot be run here, if so. */
  readonly skip?: string | undefined;
  /** Exit codes besides 0 with which it did its work: a verdict on another program is not a failure of the night. */
  readonly otherVerdicts?: readonly number[];
  /** Whether it belongs to the hardware world, without which a night is incomplete. */
  readonly isHardware?: boolean;
}

/** Where a night is run, and what of it was asked for. */
export interface NightlyOptions {
  readonly platform: string;
  readonly arch: string;
  /** `paravirtual` is the Metal of a Mac in a virtual machine: small, without bfloat16 of its own, and of no use for speed. */
  readonly hardware: "with" | "without" | "only" | "paravirtual";
  /** May be the number of a CI run. */
  readonly seed: number;
  /** Directory for records, reports and replays. */
  readonly out: string;
  /** Time of the soak. */
  readonly minutes: number;
  /** Directories of Swift packages. */
  readonly swiftPackages: readonly string[];
  /** Whether there is a Swift toolchain. */
  readonly hasSwift: boolean;
}

/** Known subjects that are built from Swift. */
const SWIFT_CLIENTS = ["swift-transformers", "swift-huggingface"];
/** Known subjects that are programs for a Mac, whose downloaders run elsewhere too. */
const MAC_CLIENTS = ["mlx-node", "exo", "omlx"];
/** The one whose downloader is the Swift runner's. */
const SWIFT_DELEGATED = "delegated-mlx-swift";

/** The steps of a night, in their order; those that this machine cannot run say why. */
export function nightlySteps(options: NightlyOptions): NightlyStep[] {
  const soft = options.hardware === "only" ? [] : softSteps(options);
  return [...soft, ...hardwareSteps(options)];
}

function softSteps(options: NightlyOptions): NightlyStep[] {
  const { platform, minutes, swiftPackages, hasSwift } = options;
  const noVolumes =
    platform === "darwin" ? undefined : "volumes are made by hdiutil, which macOS has";
  const noSwift = hasSwift ? undefined : "no Swift toolchain: swift is not on the PATH";
  // src/README.md says what the compiler said elsewhere.
  const noRunner = platform === "darwin" ? noSwift : "mlx-swift's own package is built on macOS";
  const noMac =
    platform === "darwin" ? undefined : "on Linux the matrix of conformance judges them";
  const client = (name: string, skip: string | undefined): NightlyStep => ({
    ...suiteRun(options, { name: `downloads of ${name}`, file: name, args: ["--subject", name] }),
    otherVerdicts: [EXIT_CODES["not conformant"], EXIT_CODES.incomplete],
    skip,
  });
  return [
    suiteRun(options, { name: "worlds in this process", file: "reference" }),
    suiteRun(options, {
      name: "world of processes",
      file: "process",
      args: ["--world", "process"],
    }),
    suiteRun(options, {
      name: "world of processes, in the hub's own cache",
      file: "process-hf-cache",
      args: ["--subject", "reference-hf-cache"],
    }),
    conform("disk in memory against the machine's own", ["fidelity", "--dir", options.out]),
    ...(["APFS", "Case-sensitive APFS"] as const).map((volume): NightlyStep => ({
      ...conform(`disk in memory against ${volume}`, ["fidelity", "--dir", "{volume}"]),
      volume,
      skip: noVolumes,
    })),
    conform("crashes", ["crash"]),
    conform("errors at every call", ["errno"]),
    conform("hostile hubs", ["hostile"]),
    conform("changed inputs", ["fuzz", "--minutes", String(minutes)]),
    conform("inputs guided by coverage", ["fuzz", "--guided", "--minutes", String(minutes)]),
    conform("miniatures", ["miniatures"]),
    conform("soak", ["soak", "--guided", "--minutes", String(minutes)]),
    ...swiftPackages.map((directory): NightlyStep => ({
      name: `Swift package ${directory}`,
      command: ["swift", "build", "-c", "release", "--package-path", directory],
      skip: noRunner,
    })),
    { ...conform("clients in Swift", ["subjects", ...SWIFT_CLIENTS]), skip: noSwift },
    ...SWIFT_CLIENTS.map((name) => client(name, noSwift)),
    client(SWIFT_DELEGATED, noRunner),
    { ...conform("clients for a Mac", ["subjects", ...MAC_CLIENTS]), skip: noMac },
    ...MAC_CLIENTS.map((name) => client(name, noMac)),
  ];
}

function hardwareSteps(options: NightlyOptions): NightlyStep[] {
  const skip = noHardware(options);
  const isParavirtual = options.hardware === "paravirtual";
  const compare = ["bench", "compare", "--metal", "--margin", String(METAL_TOLERANCE)];
  const seeded = ["--seed", String(options.seed % 2 ** 31)];
  return [
    {
      ...conform("MLX on Metal, in float32", [
        ...compare,
        "--float32",
        "--models",
        "84",
        ...seeded,
      ]),
      skip,
      isHardware: true,
    },
    {
      ...conform("MLX on Metal, in every format", [...compare, "--models", "84", ...seeded]),
      skip: isParavirtual ? "left out by --paravirtual: bfloat16 is not of its own" : skip,
      isHardware: !isParavirtual,
    },
    {
      ...conform("a real model of the real hub", ["nightly", "real-model", "--out", options.out]),
      skip: isParavirtual ? "left out by --paravirtual" : skip,
      // What a tier leaves out is not missing.
      isHardware: !isParavirtual,
    },
  ];
}

function noHardware({ platform, arch, hardware }: NightlyOptions): string | undefined {
  if (hardware === "without") return "left out by --without-hardware";
  return platform === "darwin" && arch === "arm64"
    ? undefined
    : `MLX on Metal needs a Mac with Apple silicon, and this is ${platform} ${arch}`;
}

/** A step that runs a command of `mlx-conform`. */
function conform(name: string, args: readonly string[]): NightlyStep {
  return { name, command: ["npm", "run", "-s", "mlx-conform", "--", ...args] };
}

/** A step that runs the suite and keeps the record. */
function suiteRun(
  { seed, out }: NightlyOptions,
  run: { readonly name: string; readonly file: string; readonly args?: readonly string[] },
): NightlyStep {
  const { name, file, args = [] } = run;
  const record = ["--report", `${out}/${file}.jsonl`, "--replays", `${out}/replays`];
  // The number of a CI run is longer than a seed.
  const seeded = String(seed % 2 ** 31);
  return conform(name, ["run", "--seed", seeded, ...record, ...args]);
}
