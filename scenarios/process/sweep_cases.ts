/**
 * What the sweep of planted entries tries: every place, every kind of entry, every command.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { sha256Hex, tinyLlama } from "../../harness/internal.ts";
import { PLANTED_KINDS, type PlantedKind } from "../../harness/disk/plant_entry.ts";

/** The model that somebody prepared. */
export const REPOSITORY = "mlx-community/Planted";

/** The files of it and of its neighbour. */
export const FILES = tinyLlama().files.filter(({ path }) =>
  ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"].includes(path),
);

/** The name of the weights among contents. */
export const WEIGHTS = sha256Hex(
  FILES.find(({ path }) => path === "model.safetensors")?.bytes ?? Buffer.of(),
);

const STATE = [
  "",
  "/locks",
  "/locks/m.1.2.download.0123456789abcdef.claim",
  "/locks/m.1.0123456789abcdef.tmp",
  "/partial",
  `/partial/${WEIGHTS}.incomplete`,
  `/partial/${WEIGHTS}.ranges.incomplete`,
  "/tmp",
  "/tmp/0123456789abcdef.tmp",
  "/work",
  "/work/0123456789abcdef",
  "/work/rest.0123456789abcdef",
  `/work/rest.0123456789abcdef/${WEIGHTS}.incomplete`,
  `/work/rest.0123456789abcdef/${WEIGHTS}.ranges.incomplete`,
  "/work/silent.0123456789abcdef",
  "/plan.json",
].map((path) => `.cache/mlx-layout${path}`);

const IN_A_DIRECTORY = [
  "",
  "config.json",
  "model.safetensors",
  "tokenizer.json",
  "chat_template.jinja",
  "model.safetensors.index.json",
  ".downloaded",
  "sub",
  ".cache",
  ".cache/huggingface",
  ".cache/huggingface/download",
  ".cache/huggingface/download/config.json.metadata",
  ...STATE,
];

/** Places below the root by layout; `COMMIT` is that of the model. */
const PLACES = {
  hubapi: [
    "models",
    "models/mlx-community",
    ...IN_A_DIRECTORY.map((path) => join(`models/${REPOSITORY}`, path)),
    ".mlx-layout",
    ".mlx-layout/migrations",
    ".mlx-layout/migrations/mlx-community--Planted.json",
    ".mlx-layout/tmp",
    "mlx-community--Planted",
  ],
  lmstudio: ["mlx-community", ...IN_A_DIRECTORY.map((path) => join(REPOSITORY, path))],
  "hf-cache": [
    ".locks",
    ".locks/models--mlx-community--Planted",
    ...[
      "",
      "refs",
      "refs/main",
      "blobs",
      `blobs/${WEIGHTS}`,
      "snapshots",
      "snapshots/COMMIT",
      "snapshots/COMMIT/config.json",
      "snapshots/COMMIT/.downloaded",
      "trees",
      "trees/COMMIT.json",
      ".no_exist",
      ".no_exist/COMMIT",
      ".cache/mlx-layout/plan-COMMIT.json",
      ...STATE,
    ].map((path) => join("models--mlx-community--Planted", path)),
  ],
} as const;
/** A layout with places. */
export type SweepLayout = keyof typeof PLACES;

/** Every command about models on the disk, and the download. */
export const COMMANDS = {
  list: ["list"],
  path: ["path", REPOSITORY],
  status: ["status", REPOSITORY],
  verify: ["verify", REPOSITORY],
  check: ["check", REPOSITORY],
  plan: ["plan", REPOSITORY],
  download: ["download", REPOSITORY],
  remove: ["remove", REPOSITORY],
  migrate: ["migrate", REPOSITORY],
  undo: ["migrate", REPOSITORY, "--undo"],
  run: ["run", REPOSITORY, "--prompt", "x", "--max-tokens", "1"],
} as const;
type SweepCommand = keyof typeof COMMANDS;

/** One case. */
export interface SweepCase {
  readonly layout: SweepLayout;
  readonly place: string;
  readonly kind: PlantedKind;
  readonly command: SweepCommand;
  readonly isThere: boolean;
}

/** Every case, in the same order in each run, in which neighbours have little in common. */
export function sweepCases(): SweepCase[] {
  return mixed(allCases());
}

function allCases(): SweepCase[] {
  const cases: SweepCase[] = [];
  for (const layout of Object.keys(PLACES) as SweepLayout[])
    for (const place of PLACES[layout])
      for (const kind of PLANTED_KINDS)
        for (const command of Object.keys(COMMANDS) as SweepCommand[])
          for (const isThere of [true, false])
            cases.push({ layout, place, kind, command, isThere });
  return cases;
}

function mixed(cases: readonly SweepCase[]): SweepCase[] {
  const step = 7_919;
  assert.notEqual(cases.length % step, 0);
  return cases.flatMap((_, at) => cases[(at * step) % cases.length] ?? []);
}
