import { createHash } from "node:crypto";
import type { DiskImage, ImageNode } from "../disk/disk_image.ts";
import type { InodeId, TruncateOperation, WriteOperation } from "../disk/disk_operation.ts";
import type { CrashChoice, Fate } from "./crash_choice.ts";
import type { DiskRecording } from "./disk_recording.ts";

type DataOperation = WriteOperation | TruncateOperation;

/** Makes the disk that a crash leaves out of a recording. Contents are made once for each combination of fates. */
export class CrashImageBuilder {
  readonly #recording: DiskRecording;
  readonly #contents = new Map<string, Uint8Array>();

  constructor(recording: DiskRecording) {
    this.#recording = recording;
  }

  /** The disk after a crash. */
  fold({ at, fates }: CrashChoice): DiskImage {
    const { start, operations } = this.#recording;
    const nodes = new Map(start.nodes);
    const changed = new Map<InodeId, Map<string, InodeId>>();
    const data = new Map<InodeId, FileChanges>();
    const entriesOf = (directory: InodeId): Map<string, InodeId> => {
      let entries = changed.get(directory);
      if (entries === undefined) {
        const node = nodes.get(directory);
        entries = new Map(node?.kind === "directory" ? node.entries : []);
        changed.set(directory, entries);
      }
      return entries;
    };
    for (let index = 0; index < at; index++) {
      const operation = operations[index];
      const fate = fates.get(index) ?? "kept";
      switch (operation?.kind) {
        case "add":
          // The inode is there also when its name is not: a later rename can lead to it.
          if (operation.made !== "second name") nodes.set(operation.inode, freshNode(operation));
          if (fate === "kept") entriesOf(operation.directory).set(operation.name, operation.inode);
          break;
        case "remove":
          if (fate === "kept") entriesOf(operation.directory).delete(operation.name);
          break;
        case "rename":
          if (fate !== "kept") break;
          entriesOf(operation.from.directory).delete(operation.from.name);
          entriesOf(operation.to.directory).set(operation.to.name, operation.inode);
          break;
        case "write":
        case "truncate":
          addChange(data, { operation, index, fate });
          break;
        default:
      }
    }
    for (const [inode, entries] of changed) nodes.set(inode, { kind: "directory", entries });
    for (const [inode, changes] of data) nodes.set(inode, this.#file(nodes.get(inode), changes));
    return { root: start.root, nodes };
  }

  #file(before: ImageNode | undefined, { key, changes, modifiedMs }: FileChanges): ImageNode {
    let bytes = this.#contents.get(key);
    if (bytes === undefined) {
      bytes = before?.kind === "file" ? before.bytes : new Uint8Array(0);
      for (const { operation, fate } of changes) bytes = changedBytes(bytes, operation, fate);
      this.#contents.set(key, bytes);
    }
    return { kind: "file", bytes, modifiedMs };
  }
}

interface FileChanges {
  /** Names the changes and their fates. */
  key: string;
  readonly changes: { readonly operation: DataOperation; readonly fate: Fate }[];
  /** Of the last change, whether it survived or not: the time proves nothing. */
  modifiedMs: number;
}

function addChange(
  data: Map<InodeId, FileChanges>,
  change: { readonly operation: DataOperation; readonly index: number; readonly fate: Fate },
): void {
  const { operation, index, fate } = change;
  const file = data.get(operation.inode) ?? {
    key: `${operation.inode}`,
    changes: [],
    modifiedMs: 0,
  };
  data.set(operation.inode, file);
  file.modifiedMs = operation.atMs;
  if (fate === "lost") return;
  const name = typeof fate === "string" ? fate : `torn ${fate.tornAfter}`;
  file.key += `;${index} ${name}`;
  file.changes.push({ operation, fate });
}

function freshNode(operation: {
  readonly made: string;
  readonly linkTarget?: string;
  readonly atMs: number;
}): ImageNode {
  if (operation.made === "directory") return { kind: "directory", entries: new Map() };
  if (operation.made === "link") return { kind: "link", target: operation.linkTarget ?? "" };
  return { kind: "file", bytes: new Uint8Array(0), modifiedMs: operation.atMs };
}

function changedBytes(before: Uint8Array, operation: DataOperation, fate: Fate): Uint8Array {
  if (operation.kind === "truncate") {
    const cut = new Uint8Array(operation.sizeBytes);
    cut.set(before.subarray(0, operation.sizeBytes));
    return cut;
  }
  const { position, bytes } = operation;
  const kept = typeof fate === "string" ? bytes : bytes.subarray(0, fate.tornAfter);
  const after = new Uint8Array(Math.max(before.length, position + kept.length));
  after.set(before);
  if (fate === "zeros") after.fill(0, position, position + kept.length);
  else after.set(kept, position);
  return after;
}

const contentHashes = new WeakMap<Uint8Array, string>();

/** A short name of a content; equal contents have equal names. */
export function contentName(bytes: Uint8Array): string {
  let name = contentHashes.get(bytes);
  if (name === undefined) {
    name = createHash("sha1").update(bytes).digest("base64");
    contentHashes.set(bytes, name);
  }
  return name;
}

/** A name of a disk: two disks that no reader can tell apart by names and contents have the same. */
export function imageName(image: DiskImage): string {
  // One text that is hashed at once: a call of the hash for each line took most of an enumeration's time.
  let text = "";
  const seen = new Map<InodeId, string>();
  const enter = (inode: InodeId, path: string): void => {
    const node = image.nodes.get(inode);
    if (node?.kind === "directory") {
      text += `${path}/\n`;
      for (const name of [...node.entries.keys()].sort())
        enter(node.entries.get(name) ?? 0, `${path}/${name}`);
    } else if (node?.kind === "link") text += `${path} -> ${node.target}\n`;
    else if (node !== undefined) text += `${path} ${seen.get(inode) ?? contentName(node.bytes)}\n`;
    seen.set(inode, path);
  };
  enter(image.root, "");
  return createHash("sha1").update(text).digest("base64");
}
