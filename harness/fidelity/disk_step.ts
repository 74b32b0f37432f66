import type { OpenMode } from "../../spec/mod.ts";

/** Calls that take one path. */
export const PATH_OPERATIONS = [
  "mkdir",
  "readdir",
  "stat",
  "lstat",
  "readlink",
  "realpath",
  "unlink",
  "rmdir",
  "syncDirectory",
  "availableBytes",
] as const;

/** Calls that take two paths, or a text and a path. */
export const PAIR_OPERATIONS = ["rename", "link", "symlink"] as const;

/** One call of the disk's port; paths are relative to the place of the comparison. */
export type DiskStep =
  | {
      readonly do: "path";
      readonly name: (typeof PATH_OPERATIONS)[number];
      readonly path: string;
    }
  | {
      readonly do: "pair";
      readonly name: (typeof PAIR_OPERATIONS)[number];
      /** `ROOT` in the text of a symbolic link stands for the place of the comparison. */
      readonly path: string;
      readonly to: string;
    }
  | { readonly do: "open"; readonly slot: number; readonly path: string; readonly mode: OpenMode }
  | { readonly do: "read"; readonly slot: number; readonly at: number; readonly size: number }
  | { readonly do: "write"; readonly slot: number; readonly at: number; readonly size: number }
  | { readonly do: "truncate"; readonly slot: number; readonly size: number }
  | { readonly do: "file"; readonly slot: number; readonly name: "sync" | "stat" | "close" };

/** The call of the port that a step is. */
export function operationOf(step: DiskStep): string {
  return "name" in step ? step.name : step.do;
}

/** A step in one line, for people. */
export function describeStep(step: DiskStep): string {
  switch (step.do) {
    case "path":
      return `${step.name} ${shown(step.path)}`;
    case "pair":
      return `${step.name} ${shown(step.path)} ${shown(step.to)}`;
    case "open":
      return `open ${shown(step.path)} as ${step.mode} in slot ${step.slot}`;
    case "read":
    case "write":
      return `${step.do} ${step.size} bytes at ${step.at} of slot ${step.slot}`;
    case "truncate":
      return `truncate slot ${step.slot} to ${step.size} bytes`;
    case "file":
      return `${step.name} slot ${step.slot}`;
  }
}

function shown(path: string): string {
  return JSON.stringify(path.replace(/(.)\1{20,}/g, (run, letter) => `${letter}×${run.length}`));
}
