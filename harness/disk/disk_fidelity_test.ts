/**
 * memoryFiles() against a real directory: random operations, same answers, same codes, same tree.
 *
 * A difference is a fault of the court, never of the accused, so none is tolerated.
 */
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import fc from "fast-check";

import type { FileStat, FileSystem, OpenFile, OpenMode } from "../../spec/mod.ts";
import { diskErrorCode } from "./disk_error.ts";
import { memoryFiles } from "./memory_files.ts";
import { nodeFiles } from "./node_files.ts";

const SEQUENCES = Number(process.env["FIDELITY_SEQUENCES"] ?? 1000);
const SKIP =
  process.platform === "linux"
    ? false
    : "memoryFiles() answers with Linux's codes; compare it where those are native";

test(
  "memoryFiles() answers as a real directory does, whatever is asked of it",
  { skip: SKIP },
  async () => {
    const base = await realpath(await mkdtemp(join(tmpdir(), "disk-fidelity-")));
    const seen = new Set<string>();
    let case_ = 0;
    try {
      await fc.assert(
        fc.asyncProperty(anySequence(), async (steps) => {
          const root = join(base, String((case_ += 1)));
          const real = await replay(nodeFiles(), root, steps);
          const memory = await replay(await memoryWith(base), root, steps);
          // Step by step, as the difference of two long logs takes longer to print than to find.
          for (const [at, answer] of real.entries()) {
            seen.add(outcomeOf(answer));
            assert.equal(JSON.stringify(memory[at]), JSON.stringify(answer));
          }
        }),
        { numRuns: SEQUENCES, seed: Number(process.env["FIDELITY_SEED"] ?? 20260801) },
      );
    } finally {
      await rm(base, { recursive: true, force: true });
    }
    assert.deepEqual(
      OUTCOMES.filter((outcome) => !seen.has(outcome)),
      [],
      "outcomes that never occurred prove nothing",
    );
  },
);

test("memoryFiles() counts the bytes that files hold and refuses more", async () => {
  const files = memoryFiles({ availableBytes: 10 });
  const first = await files.open("/a", "wx");
  await first.write(new Uint8Array(6), 0);
  await first.write(new Uint8Array(6), 2);
  assert.equal(await files.availableBytes("/"), 2);
  await assert.rejects(first.write(new Uint8Array(4), 8), { code: "ENOSPC" });
  assert.equal((await first.stat()).sizeBytes, 10);
  await files.link("/a", "/b");
  await files.unlink("/a");
  assert.equal(await files.availableBytes("/"), 0);
  await files.unlink("/b");
  assert.equal(await files.availableBytes("/"), 0, "an open file keeps its data");
  await first.close();
  assert.equal(await files.availableBytes("/"), 10);
});

test("memoryFiles() gives a hole no room and shows it as bytes that are not held", async () => {
  const files = memoryFiles({ availableBytes: 10 });
  const file = await files.open("/a", "wx");
  await file.truncate(1000);
  assert.equal(await files.availableBytes("/"), 10);
  assert.deepEqual([(await file.stat()).sizeBytes, (await file.stat()).allocatedBytes], [1000, 0]);
});

test("memoryFiles() takes modification times from its clock", async () => {
  let now = 5000;
  const files = memoryFiles({ now: () => now });
  const file = await files.open("/a", "wx");
  now = 6000;
  await file.write(new Uint8Array(1), 0);
  now = 7000;
  assert.equal((await files.stat("/a")).modifiedMs, 6000);
  assert.equal((await files.stat("/")).modifiedMs, 5000);
});

test("nodeFiles() stamps written files with the clock that it is given", async () => {
  const base = await mkdtemp(join(tmpdir(), "node-files-"));
  try {
    const files = nodeFiles({ now: () => 86_400_000 });
    const file = await files.open(join(base, "a"), "wx");
    await file.write(new Uint8Array(1), 0);
    await file.close();
    assert.equal((await files.stat(join(base, "a"))).modifiedMs, 86_400_000);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});

// Helpers

/** What must have been met on the real directory: the refusals that memfs has otherwise or not at all. */
const OUTCOMES: readonly string[] = [
  ...["ok", "EINVAL", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "ENOTEMPTY"].map(
    (code) => `rename ${code}`,
  ),
  ...["ok", "EEXIST", "ENAMETOOLONG", "ENOENT", "ENOTDIR", "EPERM"].map((code) => `link ${code}`),
  ...["ok", "EEXIST", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR"].map((code) => `mkdir ${code}`),
  ...["ok", "EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOENT", "ENOTDIR"].map(
    (code) => `open ${code}`,
  ),
  ...["ok", "EISDIR", "ENOENT", "ENOTDIR"].map((code) => `unlink ${code}`),
  ...["ok", "ENOENT", "ENOTDIR", "ENOTEMPTY"].map((code) => `rmdir ${code}`),
  ...["ok", "EEXIST", "ENOENT", "ENOTDIR"].map((code) => `symlink ${code}`),
  ...["ok", "EINVAL", "ENOENT"].map((code) => `readlink ${code}`),
  ...["ok", "ELOOP", "ENOENT", "ENOTDIR"].map((code) => `stat ${code}`),
  ...["ok", "ENOENT", "ENOTDIR"].flatMap((code) => [`readdir ${code}`, `syncDirectory ${code}`]),
  ...["ok", "EBADF", "EISDIR"].map((code) => `read ${code}`),
  ...["ok", "EBADF"].map((code) => `write ${code}`),
  ...["ok", "EINVAL"].map((code) => `truncate ${code}`),
];

function outcomeOf(entry: unknown): string {
  if (!Array.isArray(entry) || entry.length !== 2) return "tree";
  const [step, answer] = entry as [Step, unknown];
  const name = "name" in step ? step.name : step.do;
  return `${name} ${typeof answer === "string" && /^E[A-Z]+$/.test(answer) ? answer : "ok"}`;
}

type Step =
  | { readonly do: "path"; readonly name: PathOperation; readonly path: string }
  | {
      readonly do: "pair";
      readonly name: PairOperation;
      readonly path: string;
      readonly to: string;
    }
  | { readonly do: "open"; readonly slot: number; readonly path: string; readonly mode: OpenMode }
  | { readonly do: "read"; readonly slot: number; readonly at: number; readonly size: number }
  | { readonly do: "write"; readonly slot: number; readonly at: number; readonly size: number }
  | { readonly do: "truncate"; readonly slot: number; readonly size: number }
  | { readonly do: "file"; readonly slot: number; readonly name: "sync" | "stat" | "close" };

const PATH_OPERATIONS = [
  "mkdir",
  "readdir",
  "stat",
  "lstat",
  "readlink",
  "realpath",
  "unlink",
  "rmdir",
  "syncDirectory",
] as const;
type PathOperation = (typeof PATH_OPERATIONS)[number];
const PAIR_OPERATIONS = ["rename", "link", "symlink"] as const;
type PairOperation = (typeof PAIR_OPERATIONS)[number];

function anyPath(): fc.Arbitrary<string> {
  const plain = fc.constantFrom("a", "b", "c");
  const odd = fc.constantFrom(
    "n".repeat(255),
    "n".repeat(256),
    "é".repeat(128),
    "A",
    "é",
    "..",
    ".",
  );
  const name = fc.oneof({ weight: 40, arbitrary: plain }, { weight: 1, arbitrary: odd });
  return fc
    .oneof(
      { weight: 5, arbitrary: fc.tuple(name) },
      { weight: 4, arbitrary: fc.tuple(name, name) },
      { weight: 1, arbitrary: fc.tuple(name, name, name) },
    )
    .map((names) => names.join("/"))
    .filter((path) => !/(^|\/)\.{1,2}$/.test(path) && !/^(\.\/)*\.\./.test(path));
}

/** Something to meet: without it nearly every answer is that there is no such file. */
const FURNITURE: readonly (readonly Step[])[] = [
  [],
  [mkdir("a"), mkdir("a/b"), mkdir("b")],
  [mkdir("a"), mkdir("a/b"), mkdir("a/b/c"), ...file("a/c"), ...file("c")],
  [mkdir("a"), ...file("a/a"), symlink("a", "b"), symlink("missing", "c")],
  [mkdir("a"), mkdir("b"), symlink("../b", "a/b"), symlink("../a", "b/a"), ...file("b/c")],
  [...file("a"), mkdir("b"), { do: "pair", name: "link", path: "a", to: "b/a" }],
  [symlink("b", "a"), symlink("a", "b"), mkdir("c"), symlink("ROOT/c", "c/c")],
];

function mkdir(path: string): Step {
  return { do: "path", name: "mkdir", path };
}

function symlink(path: string, to: string): Step {
  return { do: "pair", name: "symlink", path, to };
}

function file(path: string): Step[] {
  return [
    { do: "open", slot: 0, path, mode: "wx" },
    { do: "write", slot: 0, at: 0, size: 4 },
    { do: "file", slot: 0, name: "close" },
  ];
}

function anySequence(): fc.Arbitrary<Step[]> {
  const steps = fc.array(anyStep(), { minLength: 1, maxLength: 24, size: "max" });
  return fc
    .tuple(fc.constantFrom(...FURNITURE), steps)
    .map(([before, after]) => [...before, ...after]);
}

function anyStep(): fc.Arbitrary<Step> {
  const slot = fc.nat({ max: 1 });
  const path = anyPath();
  const at = fc.constantFrom(0, 1, 5, 70);
  const size = fc.constantFrom(0, 1, 4, 9);
  const destination = fc.oneof(
    path,
    path.map((text) => `../${text}`),
    path.map((text) => `ROOT/${text}`),
    fc.constantFrom("missing", "a/", ""),
  );
  return fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("path" as const),
        name: fc.constantFrom("stat" as const, "lstat" as const, "readdir" as const),
        path: path.map((text) => `${text}/`),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant("path" as const),
        name: fc.constantFrom(...PATH_OPERATIONS),
        path,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("path" as const),
        name: fc.constant("mkdir" as const),
        path,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("pair" as const),
        name: fc.constantFrom("rename" as const, "link" as const),
        path,
        to: path,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("pair" as const),
        name: fc.constant("symlink" as const),
        path: destination,
        to: path,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("open" as const),
        slot,
        path,
        mode: fc.constantFrom<OpenMode>("r", "r+", "wx", "wx"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("read" as const), slot, at, size }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("write" as const), slot, at, size }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("truncate" as const), slot, size: at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("file" as const),
        slot,
        name: fc.constantFrom("sync" as const, "stat" as const, "close" as const),
      }),
    },
  );
}

async function memoryWith(base: string): Promise<FileSystem> {
  const files = memoryFiles();
  const parts = base.split("/").slice(1);
  for (const index of parts.keys()) await files.mkdir(`/${parts.slice(0, index + 1).join("/")}`);
  return files;
}

async function replay(files: FileSystem, root: string, steps: readonly Step[]): Promise<unknown[]> {
  await files.mkdir(root);
  const slots: (OpenFile | undefined)[] = [];
  const log: unknown[] = [];
  try {
    for (const step of steps) {
      try {
        log.push([step, await perform(files, root, { step, slots })]);
      } catch (error) {
        log.push([step, diskErrorCode(error) ?? String(error)]);
      }
    }
  } finally {
    for (const file of slots)
      await file?.close().catch((error: unknown) => log.push(String(error)));
  }
  log.push(await treeOf(files, root, new Map()));
  return log;
}

async function perform(
  files: FileSystem,
  root: string,
  at: { readonly step: Step; readonly slots: (OpenFile | undefined)[] },
): Promise<unknown> {
  const { step, slots } = at;
  if (step.do === "path") {
    const answer = await files[step.name](`${root}/${step.path}`);
    if (Array.isArray(answer)) return answer.toSorted();
    return typeof answer === "object" ? comparable(answer) : answer;
  }
  if (step.do === "pair") {
    const isLink = step.name === "symlink";
    const source = isLink ? step.path.replace("ROOT", root) : `${root}/${step.path}`;
    return files[step.name](source, `${root}/${step.to}`);
  }
  if (step.do === "open") {
    const file = await files.open(`${root}/${step.path}`, step.mode);
    await slots[step.slot]?.close();
    slots[step.slot] = file;
    return "opened";
  }
  const file = slots[step.slot];
  if (file === undefined) return "no file";
  if (step.do === "read") {
    const buffer = new Uint8Array(step.size);
    return [await file.read(buffer, step.at), [...buffer]];
  }
  if (step.do === "write") return file.write(new Uint8Array(step.size).fill(step.at + 1), step.at);
  if (step.do === "truncate") return file.truncate(step.size);
  if (step.name === "stat") return comparable(await file.stat());
  if (step.name === "sync") return file.sync();
  slots[step.slot] = undefined;
  await file.close();
  const outcomes = [file.stat(), file.close(), file.write(new Uint8Array(1), 0)];
  const settled = await Promise.allSettled(outcomes);
  return settled.map((one) =>
    one.status === "rejected" ? diskErrorCode(one.reason) : "fulfilled",
  );
}

function comparable(stat: FileStat): unknown {
  // Sizes and counts of a directory are the volume's own business.
  if (stat.kind === "directory") return [stat.kind];
  return [stat.kind, stat.sizeBytes, stat.linkCount];
}

async function treeOf(
  files: FileSystem,
  directory: string,
  inodes: Map<string, number>,
): Promise<unknown[]> {
  const tree: unknown[] = [];
  for (const name of (await files.readdir(directory)).toSorted()) {
    const path = `${directory}/${name}`;
    const facts = await files.lstat(path);
    if (facts.kind === "directory") {
      tree.push([name, await treeOf(files, path, inodes)]);
      continue;
    }
    const identity = inodes.get(facts.inode) ?? inodes.size;
    inodes.set(facts.inode, identity);
    const content = facts.kind === "link" ? await files.readlink(path) : await bytesOf(files, path);
    tree.push([name, identity, comparable(facts), content]);
  }
  return tree;
}

async function bytesOf(files: FileSystem, path: string): Promise<number[]> {
  const file = await files.open(path, "r");
  const buffer = new Uint8Array((await file.stat()).sizeBytes);
  await file.read(buffer, 0);
  await file.close();
  return [...buffer];
}
