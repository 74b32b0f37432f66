import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import {
  evictingFiles,
  limitedFiles,
  memoryFiles,
  observingFiles,
  wrapFiles,
  writeBytes,
} from "../../harness/disk/mod.ts";
import { DISK_DAMAGES, tinyLlama } from "../../harness/models/mod.ts";
import type { CheckReport, FileSystem } from "../../spec/mod.ts";
import { checkDirectory } from "./check_directory.ts";

const DIRECTORY = "/models/org/name";
const WEIGHTS = join(DIRECTORY, "model.safetensors");
// Without an index, whose name begins with that of the weights.
const MODEL = tinyLlama({ index: false });

/** How a disk comes to have each damage. */
const MAKERS: Readonly<
  Record<keyof typeof DISK_DAMAGES, (files: FileSystem) => Promise<FileSystem>>
> = {
  "broken-link": (files) => relinked(files, "../../gone/model.safetensors"),
  "link-loop": (files) => relinked(files, "model.safetensors"),
  "link-out-of-directory": async (files) => {
    await writeBytes(files, "/elsewhere/model.safetensors", weights());
    return await relinked(files, "../../../elsewhere/model.safetensors");
  },
  evicted: async (files) => evictingFiles(files, (path) => path === WEIGHTS),
  "directory-as-weights": async (files) => {
    await files.unlink(WEIGHTS);
    await files.mkdir(WEIGHTS);
    return files;
  },
  "weights-unreadable": async (files) => refusing(files, "open", "EACCES"),
  "read-error": async (files) => refusing(files, "read", "EIO"),
};

test("checkDirectory() stops at more files than any model has", async () => {
  const files = memoryFiles();
  for (const { path, bytes } of MODEL.files) await writeBytes(files, join(DIRECTORY, path), bytes);
  for (let at = 0; at < 10_100; at++)
    await writeBytes(files, join(DIRECTORY, `many/${at}.txt`), new Uint8Array());
  const { findings, loadable } = await checkDirectory(files, DIRECTORY);
  assert.equal(loadable, false);
  assert.ok(findings.some(({ cause, path }) => cause === "not-judged" && path === "."));
});

for (const [name, { cause, where }] of Object.entries(DISK_DAMAGES)) {
  test(`checkDirectory() names "${cause}" when: ${where}`, async () => {
    const make = Object.entries(MAKERS).find(([damage]) => damage === name)?.[1];
    assert.ok(make);
    const report = await checkDirectory(await make(await disk()), DIRECTORY);
    assert.equal(report.loadable, false);
    const [first] = report.findings;
    assert.deepEqual([first?.cause, first?.path], [cause, "model.safetensors"]);
    assert.deepEqual(report.findings.slice(1), []);
  });
}

test("checkDirectory() names the system's code when a disk fails", async () => {
  const report = await checkDirectory(refusing(await disk(), "read", "EIO"), DIRECTORY);
  assert.match(report.findings[0]?.detail ?? "", /EIO/);
  const closed = limitedFiles(await disk(), {
    refusals: [{ operation: "readdir", code: "EACCES", forever: true }],
  });
  const { findings } = await checkDirectory(closed, DIRECTORY);
  assert.deepEqual(
    findings.map(({ cause, path }) => [cause, path]),
    [["unreadable", "."]],
  );
  assert.match(findings[0]?.detail ?? "", /EACCES/);
});

test("checkDirectory() passes on what is no failure of the disk", async () => {
  const files = await disk();
  const broken: FileSystem = {
    ...wrapFiles(files, async (_, action) => action()),
    lstat: async () => {
      throw new RangeError("a mistake of the port");
    },
  };
  await assert.rejects(checkDirectory(broken, DIRECTORY), { message: "a mistake of the port" });
});

test("checkDirectory() never reads an evicted file, whichever it is", async () => {
  for (const { path } of MODEL.files) {
    const files = evictingFiles(await disk(), (at) => at === join(DIRECTORY, path));
    await checkDirectory(files, DIRECTORY);
    const { sizeBytes } = await files.lstat(join(DIRECTORY, path));
    // Smaller files may live in the directory's own blocks.
    if (sizeBytes >= 4096) assert.deepEqual(files.reads, [], path);
  }
});

test("checkDirectory() follows the hub cache's links into its blobs", async () => {
  const cache = "/hub/models--org--name";
  const commit = "c".repeat(40);
  const files = memoryFiles();
  for (const [index, { path, bytes }] of MODEL.files.entries()) {
    await writeBytes(files, `${cache}/blobs/${index}`, bytes);
    await writeBytes(files, `${cache}/snapshots/${commit}/${path}`, new Uint8Array(0));
    await files.unlink(`${cache}/snapshots/${commit}/${path}`);
    await files.symlink(`../../blobs/${index}`, `${cache}/snapshots/${commit}/${path}`);
  }
  const snapshot = `${cache}/snapshots/${commit}`;
  assert.deepEqual((await checkDirectory(files, snapshot)).findings, []);
  const confined = await checkDirectory(files, snapshot, { root: snapshot });
  assert.equal(count(confined, "outside-directory"), MODEL.files.length);
});

test("checkDirectory() follows links of other tools into the hub's cache, and a cache on another volume", async () => {
  const blob = "a".repeat(64);
  const cache = "/cache/hub/models--org--name";
  const other = "/volume/models--org--name";
  const store = "/volume/store";
  const cases: Record<string, { readonly links: readonly (readonly [string, string])[] }> = {
    // A directory link to a snapshot, as LM Studio has it.
    "/lmstudio/org/name": { links: [[`${cache}/snapshots/c`, "/lmstudio/org/name"]] },
    // A directory of links to contents.
    "/linked/name": { links: [] },
    // The repository is a link to another volume, or only its store is.
    "/home/hub/models--org--name/snapshots/c": { links: [[other, "/home/hub/models--org--name"]] },
    "/apart/models--org--name/snapshots/c": {
      links: [[store, "/apart/models--org--name/blobs"]],
    },
  };
  for (const [directory, { links }] of Object.entries(cases)) {
    const files = memoryFiles();
    const model = tinyLlama();
    const places = [`${cache}/blobs`, `${other}/blobs`, store];
    for (const [at, { bytes }] of model.files.entries())
      for (const place of places) await writeBytes(files, `${place}/${blobName(at)}`, bytes);
    for (const at of [
      `${cache}/snapshots/c`,
      `${other}/snapshots/c`,
      "/apart/models--org--name/snapshots/c",
    ])
      await linkFiles(at, "../../blobs");
    if (directory === "/linked/name") await linkFiles(directory, `${cache}/blobs`);
    for (const [target, path] of links) {
      await writeBytes(files, `${path}.beside`, new Uint8Array(0));
      await files.symlink(target, path);
    }
    const { findings, loadable } = await checkDirectory(files, directory);
    assert.deepEqual([loadable, findings], [true, []], directory);

    // What is no content, by its name, stays out of reach.
    await writeBytes(files, `${store}/id_rsa`, new Uint8Array(9));
    if (directory.startsWith("/apart")) {
      await files.symlink("../../blobs/id_rsa", `${directory}/secret.json`);
      const causes = (await checkDirectory(files, directory)).findings.map(({ cause }) => cause);
      assert.deepEqual(causes, ["outside-directory"]);
    }

    async function linkFiles(at: string, to: string): Promise<void> {
      for (const [index, { path }] of model.files.entries()) {
        const depth = path.split("/").length - 1;
        const up = to.startsWith("/") ? to : `${"../".repeat(depth)}${to}`;
        await writeBytes(files, `${at}/${path}.beside`, new Uint8Array(0));
        await files.unlink(`${at}/${path}.beside`);
        await files.symlink(`${up}/${blobName(index)}`, `${at}/${path}`);
      }
    }
  }
  function blobName(at: number): string {
    return `${String(at).padStart(2, "0")}${blob.slice(2)}`;
  }
});

test("checkDirectory() works below a root that is itself a link", async () => {
  const files = await disk();
  await files.symlink("/models", "/alias");
  assert.deepEqual((await checkDirectory(files, "/alias/org/name")).findings, []);
});

test("checkDirectory() opens nothing outside the root and changes nothing", async () => {
  const base = await disk();
  await writeBytes(base, "/models/secret", new TextEncoder().encode("{}"));
  await base.symlink("../../secret", join(DIRECTORY, "generation_config.json2"));
  await base.symlink("/models", join(DIRECTORY, "up"));
  await base.unlink(join(DIRECTORY, "config.json"));
  await base.symlink("/models/secret", join(DIRECTORY, "config.json"));
  const files = observingFiles(base);
  const report = await checkDirectory(files, DIRECTORY);
  assert.equal(count(report, "outside-directory"), 3);
  const opened = files.calls.filter(({ operation }) => operation === "open");
  assert.ok(opened.length > 0);
  assert.deepEqual(
    opened.filter(({ path }) => !path.startsWith(`${DIRECTORY}/`)),
    [],
  );
  assert.deepEqual(files.changes, []);
});

test("checkDirectory() only warns of a hidden link that leads nowhere", async () => {
  const files = await disk();
  await files.symlink("someone@somewhere:1", join(DIRECTORY, ".#config.json"));
  const report = await checkDirectory(files, DIRECTORY);
  assert.deepEqual([report.loadable, count(report, "broken-link")], [true, 1]);
});

test("checkDirectory() does not enter a directory behind a link", async () => {
  const files = await disk();
  await files.symlink(".", join(DIRECTORY, "again"));
  assert.deepEqual((await checkDirectory(files, DIRECTORY)).weightFiles, ["model.safetensors"]);
});

// Helpers

async function disk(): Promise<FileSystem> {
  const files = memoryFiles();
  for (const { path, bytes } of MODEL.files) await writeBytes(files, join(DIRECTORY, path), bytes);
  return files;
}

async function relinked(files: FileSystem, text: string): Promise<FileSystem> {
  await files.unlink(WEIGHTS);
  await files.symlink(text, WEIGHTS);
  return files;
}

function refusing(files: FileSystem, operation: "open" | "read", code: "EACCES" | "EIO") {
  const refusals = [{ operation, code, forever: true, pathIncludes: WEIGHTS }];
  return limitedFiles(files, { refusals });
}

function weights(): Uint8Array {
  return MODEL.files.find(({ path }) => path === "model.safetensors")?.bytes ?? new Uint8Array(0);
}

function count(report: CheckReport, wanted: string): number {
  return report.findings.filter(({ cause }) => cause === wanted).length;
}
