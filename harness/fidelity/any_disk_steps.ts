import fc from "fast-check";
import type { OpenMode } from "../../spec/mod.ts";
import { type DiskStep, PATH_OPERATIONS } from "./disk_step.ts";

/**
 * Draws calls of the disk's port in a small tree of few names, so that they meet: on something that is there, on links of
 * every kind, on long names, and on names that differ in case or normalization only.
 */
export function anyDiskSteps(): fc.Arbitrary<DiskStep[]> {
  const steps = fc.array(anyStep(), { minLength: 1, maxLength: 24, size: "max" });
  return fc
    .tuple(fc.constantFrom(...FURNITURE), steps)
    .map(([before, after]) => [...before, ...after]);
}

/** Something to meet: without it nearly every answer is that there is no such file. */
const FURNITURE: readonly (readonly DiskStep[])[] = [
  [],
  [mkdir("a"), mkdir("a/b"), mkdir("b")],
  [mkdir("a"), mkdir("a/b"), mkdir("a/b/c"), ...file("a/c"), ...file("c")],
  [mkdir("a"), ...file("a/a"), symlink("a", "b"), symlink("missing", "c")],
  [mkdir("a"), mkdir("b"), symlink("../b", "a/b"), symlink("../a", "b/a"), ...file("b/c")],
  [...file("a"), mkdir("b"), { do: "pair", name: "link", path: "a", to: "b/a" }],
  [symlink("b", "a"), symlink("a", "b"), mkdir("c"), symlink("ROOT/c", "c/c")],
  [mkdir("A"), ...file("A/b"), symlink("a", "B"), ...file("caf\u00e9")],
];

function mkdir(path: string): DiskStep {
  return { do: "path", name: "mkdir", path };
}

function symlink(path: string, to: string): DiskStep {
  return { do: "pair", name: "symlink", path, to };
}

function file(path: string): DiskStep[] {
  return [
    { do: "open", slot: 0, path, mode: "wx" },
    { do: "write", slot: 0, at: 0, size: 4 },
    { do: "file", slot: 0, name: "close" },
  ];
}

function anyPath(): fc.Arbitrary<string> {
  const plain = fc.constantFrom("a", "b", "c");
  const twin = fc.constantFrom("A", "B", "caf\u00e9", "cafe\u0301", "CAF\u00c9");
  const odd = fc.constantFrom("n".repeat(255), "n".repeat(256), "é".repeat(128), "..", ".");
  const name = fc.oneof(
    { weight: 40, arbitrary: plain },
    { weight: 3, arbitrary: twin },
    { weight: 1, arbitrary: odd },
  );
  return fc
    .oneof(
      { weight: 5, arbitrary: fc.tuple(name) },
      { weight: 4, arbitrary: fc.tuple(name, name) },
      { weight: 1, arbitrary: fc.tuple(name, name, name) },
    )
    .map((names) => names.join("/"))
    .filter((path) => !/(^|\/)\.{1,2}$/.test(path) && !/^(\.\/)*\.\./.test(path));
}

function anyStep(): fc.Arbitrary<DiskStep> {
  const path = anyPath();
  return fc.oneof(
    { weight: 15, arbitrary: anyStepOnPaths(path) },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("open" as const),
        slot: fc.nat({ max: 1 }),
        path,
        mode: fc.constantFrom<OpenMode>("r", "r+", "wx", "wx"),
      }),
    },
    { weight: 6, arbitrary: anyStepOnFile() },
  );
}

function anyStepOnPaths(path: fc.Arbitrary<string>): fc.Arbitrary<DiskStep> {
  const onPath = fc.constant("path" as const);
  const onPair = fc.constant("pair" as const);
  const destination = fc.oneof(
    path,
    path.map((text) => `../${text}`),
    path.map((text) => `ROOT/${text}`),
    fc.constantFrom("missing", "a/", ""),
  );
  const slashed = path.map((text) => `${text}/`);
  const looks = fc.constantFrom("stat" as const, "lstat" as const, "readdir" as const);
  return fc.oneof(
    { weight: 1, arbitrary: fc.record({ do: onPath, name: looks, path: slashed }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: onPath, name: fc.constantFrom(...PATH_OPERATIONS), path }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: onPath, name: fc.constant("mkdir" as const), path }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: onPair,
        name: fc.constantFrom("rename" as const, "link" as const),
        path,
        to: path,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: onPair,
        name: fc.constant("symlink" as const),
        path: destination,
        to: path,
      }),
    },
  );
}

function anyStepOnFile(): fc.Arbitrary<DiskStep> {
  const slot = fc.nat({ max: 1 });
  const at = fc.constantFrom(0, 1, 5, 70);
  const size = fc.constantFrom(0, 1, 4, 9);
  const name = fc.constantFrom("sync" as const, "stat" as const, "close" as const);
  return fc.oneof(
    { weight: 1, arbitrary: fc.record({ do: fc.constant("read" as const), slot, at, size }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("write" as const), slot, at, size }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("truncate" as const), slot, size: at }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("file" as const), slot, name }) },
  );
}
