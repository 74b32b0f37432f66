import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { FileSystem } from "../../spec/mod.ts";
import { recordDisk } from "../crash/disk_recording.ts";
import {
  makeDirectories,
  memoryFiles,
  nodeFiles,
  readText,
  readTree,
  writeBytes,
} from "../disk/mod.ts";
import { RECORDING_OPTIONS, replayCalls } from "./replay_calls.ts";
import { STRACE, tracerLack } from "./tracer.ts";

const ALL = { sinceMs: 0, isWatched: (path: string) => path.startsWith("/w") };
const lack = await tracerLack();

async function replayed(...lines: string[]) {
  const files = memoryFiles();
  await files.mkdir("/w");
  await writeBytes(files, "/w/old", new TextEncoder().encode("old text"));
  const recorder = recordDisk(files);
  await replayCalls(files, lines.join("\n"), ALL);
  return { files, kinds: recorder.finish().operations.map(({ kind }) => kind) };
}

test("replayCalls() writes where a file stands, at a position and at its end", async () => {
  const { files } = await replayed(
    `1 openat(AT_FDCWD</>, "w/a", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</w/a>`,
    String.raw`1 write(3</w/a>, "ab\0\377", 4) = 4`,
    `1 write(3</w/a>, "cdef", 4) = 2`,
    `1 pwrite64(3</w/a>, "X", 1, 1) = 1`,
    `1 writev(3</w/a>, [{iov_base="1, 2", iov_len=4}, {iov_base="\\"", iov_len=1}], 2) = 5`,
    `1 close(3</w/a>) = 0`,
    `1 open("/w/old", O_WRONLY|O_APPEND) = 3</w/old>`,
    `1 write(3</w/old>, "!", 1) = 1`,
    `1 lseek(3</w/old>, 0, SEEK_SET) = 0`,
    `1 write(3</w/old>, "?", 1) = 1`,
    `1 ftruncate(3</w/old>, 9) = 0`,
  );
  const handle = await files.open("/w/a", "r");
  const bytes = new Uint8Array(20);
  const sizeBytes = await handle.read(bytes, 0);
  assert.equal(Buffer.from(bytes.subarray(0, sizeBytes)).toString("latin1"), 'aX\0\xffcd1, 2"');
  assert.equal(await readText(files, "/w/old"), "old text!");
});

test("replayCalls() passes over moves within a file that is only read", async () => {
  const { kinds } = await replayed(
    `1 openat(AT_FDCWD</>, "w/old", O_RDONLY|O_CLOEXEC) = 3</w/old>`,
    `1 lseek(3</w/old>, 0, SEEK_CUR) = 0`,
    `1 close(3</w/old>) = 0`,
  );
  assert.deepEqual(kinds, []);
});

test("replayCalls() says so where a call follows from one that the log does not tell", async () => {
  // `mkdir -p` goes into each directory and makes the next one by a relative path.
  const lines = [
    `1 mkdir("d", 0777) = 0`,
    `2 openat(AT_FDCWD</>, "w/d/a", O_WRONLY|O_CREAT, 0666) = 3</w/d/a>`,
  ];
  await assert.rejects(replayed(...lines), {
    name: "NotApplicable",
    message: /cannot be replayed: openat ends with ENOENT here/,
  });
});

test("replayCalls() moves, links and removes", async () => {
  const { files } = await replayed(
    `1 mkdir("/w/d", 0777) = 0`,
    `1 rename("/w/old", "/w/d/new") = 0`,
    `1 linkat(AT_FDCWD</w>, "d/new", AT_FDCWD</w>, "second", 0) = 0`,
    `1 symlinkat("../elsewhere", 5</w/d>, "link") = 0`,
    `1 unlink("/w/second") = 0`,
    `1 mkdirat(5</w/d>, "e", 0777) = 0`,
    `1 unlinkat(5</w/d>, "e", AT_REMOVEDIR) = 0`,
    `1 rename("/elsewhere/a", "/elsewhere/b") = 0`,
    `1 rename("/w/d/none", "/w/d/new") = -1 ENOENT (No such file or directory)`,
  );
  const tree = await readTree(files, "/w");
  const lines = tree.map(({ path, kind, linkTarget = "" }) => `${kind} ${path} ${linkTarget}`);
  assert.deepEqual(lines, ["directory d ", "link d/link ../elsewhere", "file d/new "]);
});

test("replayCalls() takes a sync for what was there when it began, and none where strace answered", async () => {
  const { kinds } = await replayed(
    `1 openat(AT_FDCWD</>, "/w/a", O_WRONLY|O_CREAT, 0666) = 3</w/a>`,
    `1 fsync(3</w/a> <unfinished ...>`,
    `2 pwrite64(3</w/a>, "late", 4, 0) = 4`,
    `1 <... fsync resumed>) = 0`,
    `1 fdatasync(3</w/a>) = 0 (INJECTED)`,
    `1 fsync(4</w>) = 0`,
  );
  assert.deepEqual(kinds, ["add", "sync", "write", "sync-directory"]);
});

test("replayCalls() says what it cannot replay", async () => {
  const lines = [
    `1 openat(AT_FDCWD</>, "/w/a", O_WRONLY|O_CREAT, 0666) = 3</w/a>`,
    `1 copy_file_range(4</w/old>, NULL, 3</w/a>, NULL, 8, 0) = 8`,
  ];
  await assert.rejects(replayed(...lines), /cannot be replayed: copy_file_range/);
});

test("replayCalls() ends with the disk of a real program", { skip: lack ?? false }, async () => {
  const top = await realpath(await mkdtemp(join(tmpdir(), "mlx-layout-replay-")));
  try {
    await writeFile(join(top, "old"), "old text");
    const program = `
      import { appendFile, link, mkdir, open, rename, symlink, truncate, unlink, writeFile } from "node:fs/promises";
      const top = ${JSON.stringify(top)};
      await mkdir(top + "/d/é", { recursive: true });
      await writeFile(top + "/d/é/b", Buffer.from(Array.from({ length: 3000 }, (_, at) => at & 255)));
      await appendFile(top + "/old", " and more");
      const file = await open(top + "/d/c", "wx");
      await file.write(Buffer.from("tail"), 0, 4, 10);
      await file.writev([Buffer.from("he"), Buffer.from("ad")], 0);
      await file.sync();
      await file.close();
      await rename(top + "/d/c", top + "/c");
      await link(top + "/c", top + "/c2");
      await symlink("c", top + "/l");
      await truncate(top + "/c2", 12);
      await unlink(top + "/old");
    `;
    const log = `${top}.log`;
    const files = memoryFiles();
    await makeDirectories(files, top);
    await writeBytes(files, join(top, "old"), new TextEncoder().encode("old text"));
    const args = ["-f", "-qq", "-o", log, ...RECORDING_OPTIONS];
    const node = [process.execPath, "--input-type=module", "-e", program];
    await promisify(execFile)(STRACE, [...args, ...node]);
    const isWatched = (path: string) => path.startsWith(`${top}/`);
    await replayCalls(files, await readFile(log, "utf8"), { sinceMs: 0, isWatched });
    await rm(log);
    const lines = async (disk: FileSystem) =>
      (await readTree(disk, top)).map(({ path, kind, sha256, linkTarget }) =>
        [path, kind, sha256 ?? linkTarget].join(" "),
      );
    assert.deepEqual(await lines(files), await lines(nodeFiles()));
  } finally {
    await rm(top, { recursive: true, force: true });
  }
});
