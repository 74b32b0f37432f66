import assert from "node:assert/strict";
import { test } from "node:test";
import { tracedChanges } from "./traced_changes.ts";

test("tracedChanges() reads what a program did to files, and nothing else", () => {
  const log = [
    '7 99.000000 mkdir("/w/too-early", 0777) = 0',
    '7 100.000000 mkdirat(AT_FDCWD</w>, "a", 0777) = 0',
    '7 100.100000 openat(AT_FDCWD</w>, "a/f.part", O_WRONLY|O_CREAT, 0666) = 3</w/a/f.part>',
    '7 100.200000 write(3</w/a/f.part>, "xyz", 3) = 3',
    '7 100.300000 openat(AT_FDCWD</w>, "/w/read", O_RDONLY) = 4</w/read>',
    '7 100.400000 renameat2(AT_FDCWD</w>, "a/f.part", AT_FDCWD</w>, "a/f", 0) = 0',
    '7 100.500000 unlink("/w/absent") = -1 ENOENT (No such file or directory)',
    '7 100.600000 write(1</dev/pts/0>, "x", 1) = 1',
  ].join("\n");
  const isWatched = (path: string) => path.startsWith("/w/");
  assert.deepEqual(tracedChanges(log, { sinceMs: 100_000, isWatched }), [
    { atMs: 100_000, operation: "mkdir", paths: ["/w/a"] },
    { atMs: 100_100, operation: "open", paths: ["/w/a/f.part"] },
    { atMs: 100_200, operation: "write", paths: ["/w/a/f.part"], sizeBytes: 3 },
    { atMs: 100_400, operation: "rename", paths: ["/w/a/f.part", "/w/a/f"] },
  ]);
});
