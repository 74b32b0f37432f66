import { join } from "node:path";
import type { RequirementId } from "../../spec/mod.ts";
import { type DiskImage, filesBelow, type ImageNode, nodeAt } from "../disk/disk_image.ts";
import type { ModelFile } from "../models/mod.ts";
import { contentName } from "./crash_image_builder.ts";
import type { CrashCase, CrashPromise, CrashStory } from "./crash_story.ts";
import { type CachedSnapshots, REF, snapshotPath } from "./cached_snapshots.ts";
import type { CrashViolation, StateLook } from "./state_look.ts";

const LINKS_MAX = 8;

/** Looks at the hub's own cache as {@linkcode inspectState} does at a directory: links are followed to their contents. */
export function inspectSnapshots(
  { story }: CrashCase,
  context: {
    readonly cache: CachedSnapshots;
    readonly image: DiskImage;
    readonly promise: CrashPromise;
  },
): StateLook {
  const { cache, image, promise } = context;
  const { versions } = story;
  const promised =
    promise === "after" ? versions.length - 1 : promise === "before" ? story.before : undefined;
  const about: RequirementId = promised === undefined ? "DUR-STATES" : "DUR-SUCCESS";
  const violations: CrashViolation[] = [];
  const whole = new Set<number>();
  const runnable = new Set<number>();
  for (const [index, files] of versions.entries()) {
    const contentOf = (file: ModelFile) => contentAt(image, snapshotPath(cache, index, file));
    const wrong = files.find(
      (file) => ![undefined, contentName(file.bytes)].includes(contentOf(file)),
    );
    if (wrong !== undefined)
      violations.push({ requirement: about, detail: `${wrong.path} holds bytes of no version` });
    const isThere = (file: ModelFile) => contentOf(file) === contentName(file.bytes);
    if (files.every(isThere)) whole.add(index);
    if (files.filter(isRunning).every(isThere)) runnable.add(index);
  }
  const ref = refOf(cache, image);
  if (ref !== undefined && !cache.commits.includes(ref))
    violations.push({ requirement: "DUR-OLD-OR-NEW", detail: `${REF} holds "${ref}"` });
  if (promised !== undefined) {
    const lost = (versions[promised] ?? []).find(
      (file) => contentAt(image, snapshotPath(cache, promised, file)) === undefined,
    );
    if (lost !== undefined)
      violations.push({ requirement: "DUR-SUCCESS", detail: `${lost.path} is gone` });
    if (ref === undefined || (promise === "after" && ref !== cache.commits[promised]))
      violations.push({ requirement: "DUR-SUCCESS", detail: `${REF} is ${ref ?? "gone"}` });
  }
  return { promised, whole, runnable, violations };
}

/** What is not in the cache after a recovery as it must be. */
export function leftInSnapshots(
  { versions }: CrashStory,
  { cache, image }: { readonly cache: CachedSnapshots; readonly image: DiskImage },
): string | undefined {
  const last = versions.length - 1;
  for (const file of versions[last] ?? []) {
    const content = contentAt(image, snapshotPath(cache, last, file));
    if (content === undefined) return `${file.path} is not there`;
    if (content !== contentName(file.bytes)) return `${file.path} has other bytes`;
  }
  const ref = refOf(cache, image);
  if (ref !== cache.commits[last]) return `${REF} is ${ref ?? "not there"}`;
  const known = new Set(versions.flat().map(({ bytes }) => contentName(bytes)));
  for (const [path, node] of filesBelow(image, join(cache.repository, "blobs")))
    if (node.kind === "file" && !known.has(contentName(node.bytes))) return `blobs/${path} is left`;
  return undefined;
}

function refOf({ repository }: CachedSnapshots, image: DiskImage): string | undefined {
  const node = nodeAt(image, join(repository, REF));
  return node?.kind === "file" ? new TextDecoder().decode(node.bytes) : node?.kind;
}

/** The content that a path leads to; undefined where it leads to nothing. */
function contentAt(image: DiskImage, path: string): string | undefined {
  let at = path;
  for (let links = 0; links < LINKS_MAX; links++) {
    const node: ImageNode | undefined = nodeAt(image, at);
    if (node?.kind !== "link") return node?.kind === "file" ? contentName(node.bytes) : undefined;
    at = join(at, "..", node.target);
  }
  return undefined;
}

function isRunning({ path }: ModelFile): boolean {
  return path === "config.json" || path.endsWith(".safetensors");
}
