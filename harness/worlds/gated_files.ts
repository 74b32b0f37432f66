import type { FileSystem, OpenFile } from "../../spec/mod.ts";
import type { KillPoint, ProcessGate } from "./process_gate.ts";

/** Calls that change the disk. */
const CHANGES = ["mkdir", "rename", "link", "clone", "symlink", "unlink", "rmdir"] as const;
const READS = [
  "readdir",
  "stat",
  "lstat",
  "readlink",
  "realpath",
  "syncDirectory",
  "availableBytes",
] as const;

/** Counts the changes that a process makes, and says when it is to die. */
export interface KillPlan {
  point: KillPoint | undefined;
  changes: number;
  chunks: number;
}

/** The disk as one process sees it. */
export function gatedFiles(
  files: FileSystem,
  gate: ProcessGate,
  options: { readonly plan: KillPlan; readonly pieceBytes?: number | undefined },
): FileSystem {
  const { plan, pieceBytes } = options;
  const change = async <T>(action: () => Promise<T>, tear?: () => Promise<void>): Promise<T> =>
    gate.pass("disk", async () => {
      plan.changes++;
      const { point } = plan;
      if (point?.at === "operation" && point.nth === plan.changes) {
        if (point.torn) await tear?.();
        gate.killNow();
      }
      // The gate keeps this from the dead process; it only ends the call.
      if (gate.isKilled) throw gate.signal.reason;
      return action();
    });
  const gated: Record<string, unknown> = {
    open: (path: string, mode: "r" | "r+" | "wx") => {
      const open = async () =>
        gatedFile(await files.open(path, mode), { gate, change, pieceBytes });
      return mode === "wx" ? change(open) : gate.pass("disk", open);
    },
  };
  for (const name of READS) {
    gated[name] = (path: string) => gate.pass<unknown>("disk", () => files[name](path));
  }
  for (const name of CHANGES) {
    if (files[name] === undefined) continue;
    gated[name] = (one: string, two: string) =>
      change<unknown>(async () => files[name]?.(one, two));
  }
  return gated as unknown as FileSystem;
}

function gatedFile(
  file: OpenFile,
  options: {
    readonly gate: ProcessGate;
    readonly change: <T>(action: () => Promise<T>, tear?: () => Promise<void>) => Promise<T>;
    readonly pieceBytes: number | undefined;
  },
): OpenFile {
  const { gate, change, pieceBytes } = options;
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
  };
  const forget = gate.onKill(close);
  return {
    ...(pieceBytes !== undefined && { pieceBytes }),
    read: (buffer, position) => gate.pass("disk", () => file.read(buffer, position)),
    write: (data, position) =>
      change(
        () => file.write(data, position),
        () => file.write(data.subarray(0, data.length >> 1), position),
      ),
    truncate: (sizeBytes) => change(() => file.truncate(sizeBytes)),
    sync: () => gate.pass("disk", () => file.sync()),
    stat: () => gate.pass("disk", () => file.stat()),
    close: () =>
      gate.pass("disk", async () => {
        forget();
        await close();
      }),
  };
}
