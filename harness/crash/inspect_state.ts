import { type RequirementId } from "../../spec/mod.ts";
import { type DiskImage, filesBelow } from "../disk/disk_image.ts";
import type { ModelFile } from "../models/mod.ts";
import { inspectSnapshots } from "./inspect_snapshots.ts";
import { type CrashCase, type CrashPromise, markerName } from "./crash_story.ts";
import { contentName } from "./crash_image_builder.ts";
import type { CrashViolation, StateLook } from "./state_look.ts";

/** Looks at a disk without asking anybody: what is at final names, and whether it is what was promised. */
export function inspectState(crash: CrashCase, image: DiskImage, promise: CrashPromise): StateLook {
  const { story, markers } = crash;
  const { cache } = story;
  if (cache !== undefined) return inspectSnapshots(crash, { cache, image, promise });
  const { versions, directory } = story;
  const found = new Map<string, string>();
  for (const [path, node] of filesBelow(image, directory)) {
    found.set(path, node.kind === "file" ? contentName(node.bytes) : node.kind);
  }
  const promised =
    promise === "after" ? versions.length - 1 : promise === "before" ? story.before : undefined;
  const violations: CrashViolation[] = [];
  const about: RequirementId = promised === undefined ? "DUR-STATES" : "DUR-SUCCESS";
  for (const path of new Set(versions.flat().map((file) => file.path))) {
    const content = found.get(path);
    if (content === undefined) continue;
    const isRight = versions.some((files) => files.some((file) => isFile(file, path, content)));
    if (!isRight)
      violations.push({ requirement: about, detail: `${path} holds bytes of no version` });
  }
  const weights = new Set(
    versions
      .flat()
      .map(({ path }) => path)
      .filter(isWeight),
  );
  const isThere = (file: ModelFile) => found.get(file.path) === contentName(file.bytes);
  const whole = new Set<number>();
  const runnable = new Set<number>();
  for (const [index, files] of versions.entries()) {
    if (files.every(isThere)) whole.add(index);
    const parts = files.filter(isRunning);
    const strays = [...weights].some(
      (path) => found.has(path) && !parts.some((part) => part.path === path),
    );
    if (parts.every(isThere) && !strays) runnable.add(index);
  }
  const looksWhole = versions.some((files) => hasNamesOf(files, found));
  if (looksWhole && runnable.size === 0 && violations.length === 0)
    violations.push({ requirement: about, detail: "it looks whole and is of several versions" });
  const marker = markerName(image, story);
  if (marker !== undefined && !markers.has(marker)) {
    violations.push({ requirement: "DUR-OLD-OR-NEW", detail: "the marker is torn" });
  }
  // Who never marks anything, crash or none, is asked for it by the requirements about markers.
  const isUnmarked = markers.size > 0 && marker === undefined;
  if (promised !== undefined && (!whole.has(promised) || !runnable.has(promised) || isUnmarked)) {
    violations.push({ requirement: "DUR-SUCCESS", detail: lossOf(versions[promised], found) });
  }
  return { promised, whole, runnable, violations };
}

/** Whether a runtime would take what is there for this version: its `config.json` and its weight files, by name. */
function hasNamesOf(files: readonly ModelFile[], found: ReadonlyMap<string, string>): boolean {
  const weights = files.filter(({ path }) => isWeight(path));
  return (
    found.has("config.json") &&
    weights.every(({ path }) => found.has(path)) &&
    [...found.keys()].filter(isWeight).length === weights.length
  );
}

function isFile(file: ModelFile, path: string, content: string): boolean {
  return file.path === path && contentName(file.bytes) === content;
}

function isRunning({ path }: ModelFile): boolean {
  return path === "config.json" || isWeight(path);
}

function isWeight(path: string): boolean {
  return path.endsWith(".safetensors") && !path.split("/").some((part) => part.startsWith("."));
}

function lossOf(files: readonly ModelFile[] = [], found: ReadonlyMap<string, string>): string {
  const wrong = files.find(({ path, bytes }) => found.get(path) !== contentName(bytes));
  if (wrong === undefined) return "the marker is gone, or weights of another version are back";
  return `${wrong.path} ${found.has(wrong.path) ? "has other bytes" : "is gone"}`;
}
