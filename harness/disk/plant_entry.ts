/**
 * The kinds of entries that somebody may have put into a directory of models.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { link, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Deeper than any path may be. */
const DEEP = `import os, sys
os.mkdir(sys.argv[1]); os.chdir(sys.argv[1])
for _ in range(40): os.mkdir("d" * 200); os.chdir("d" * 200)
`;
/** By a short name: the whole path would be too long for a socket. */
const SOCKET = `import os, socket, sys
os.chdir(sys.argv[1]); socket.socket(socket.AF_UNIX).bind(sys.argv[2])
`;

/** Makes an entry at a place; `outside` is a directory of the user. */
const KINDS = {
  "link to a directory": (at, outside) => symlink(outside, at),
  "link to a file": (at, outside) => symlink(join(outside, "config.json"), at),
  "link to nothing": (at, outside) => symlink(join(outside, "fresh"), at),
  "link to its parent": (at) => symlink("..", at),
  "link to itself": (at) => symlink(at, at),
  "link to a device": (at) => symlink("/dev/zero", at),
  "second name": (at, outside) => link(join(outside, "thesis.txt"), at),
  "empty directory": (at) => mkdir(at),
  "full directory": (at) => fullDirectory(at),
  "deep directory": (at) => program("python3", ["-c", DEEP, at]),
  FIFO: (at) => program("mkfifo", [at]),
  socket: (at) => program("python3", ["-c", SOCKET, dirname(at), at.slice(dirname(at).length + 1)]),
  device: (at) => program("mknod", [at, "c", "1", "5"]),
} satisfies Readonly<Record<string, (at: string, outside: string) => unknown>>;

/** One of the kinds. */
export type PlantedKind = keyof typeof KINDS;

/** Every kind. */
export const PLANTED_KINDS = Object.keys(KINDS) as readonly PlantedKind[];

/**
 * Puts an entry at a place, in the stead of what is there.
 *
 * @returns whether such an entry can be made here
 */
export async function plantEntry(
  at: string,
  { kind, outside }: { readonly kind: PlantedKind; readonly outside: string },
): Promise<boolean> {
  try {
    await rm(at, { recursive: true, force: true });
    await mkdir(dirname(at), { recursive: true });
    await KINDS[kind](at, outside);
    return true;
  } catch {
    // Devices need rights, and sockets and deep trees a Python; the test counts what it could make.
    return false;
  }
}

async function fullDirectory(at: string): Promise<void> {
  await mkdir(join(at, "x"), { recursive: true });
  await writeFile(join(at, "x", "y.txt"), "z");
}

function program(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: "ignore" });
}
