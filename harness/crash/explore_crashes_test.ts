/**
 * The judgement of crashes on scripted subjects, whose states are known by hand.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { MARKER_NAME, type ModelManager, type Subject } from "../../spec/mod.ts";
import { exists, makeDirectories, readBytes, writeBytes } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import { memoryWorld } from "../worlds/memory_world.ts";
import { type Script, scriptedSubject } from "../worlds/scripted_subject.ts";
import { type CrashStory, crashCase } from "./crash_story.ts";
import { recordDisk } from "./disk_recording.ts";
import { type CrashReport, exploreCrashes } from "./explore_crashes.ts";
import type { PersistenceProfile } from "./persistence_profile.ts";
import { unsyncedPlacement } from "./unsynced_placement.ts";

const FILES: readonly ModelFile[] = [
  { path: "config.json", bytes: new Uint8Array(700).fill(1), lfs: false },
  { path: "model.safetensors", bytes: new Uint8Array(900).fill(2), lfs: true },
];

/** Puts the files down with all care, or with less. */
async function careful(
  { host: { files }, config: { root } }: Script,
  { syncs = true, marks = true } = {},
): Promise<void> {
  await makeDirectories(files, root);
  if (syncs) await files.syncDirectory(root.slice(0, root.lastIndexOf("/")));
  const marker = { path: MARKER_NAME, bytes: new Uint8Array(3).fill(3) };
  const wanted = marks ? [...FILES, marker] : FILES;
  for (const { path, bytes } of wanted) {
    const target = join(root, path);
    const isThere = await exists(files, target);
    if (isThere && Buffer.from(await readBytes(files, target)).equals(bytes)) continue;
    await writeBytes(files, `${target}.part`, bytes);
    const file = await files.open(`${target}.part`, "r+");
    if (syncs) await file.sync();
    await file.close();
    await files.rename(`${target}.part`, target);
    if (syncs) await files.syncDirectory(root);
  }
  for (const { path } of wanted) {
    if (await exists(files, join(root, `${path}.part`)))
      await files.unlink(join(root, `${path}.part`));
  }
}

/** A subject that answers by what lies there, so that only its download is judged. */
function honest(download: (script: Script) => Promise<void>): Subject {
  const scripted = scriptedSubject(download);
  return {
    ...scripted,
    start: (host, config): ModelManager => {
      const state = async () => {
        for (const { path, bytes } of FILES) {
          const target = join(config.root, path);
          const isRight =
            (await exists(host.files, target)) &&
            Buffer.from(await readBytes(host.files, target)).equals(bytes);
          if (!isRight) return { state: "unknown", directory: config.root, why: path } as const;
        }
        return { state: "complete", directory: config.root, commit: "" } as const;
      };
      return { ...scripted.start(host, config), status: state, verify: state };
    },
  };
}

async function explore(
  subject: Subject,
  profile: PersistenceProfile,
): Promise<CrashReport & { readonly unsynced: string | undefined }> {
  await using world = await memoryWorld(subject);
  const { root, hub, clock } = world;
  const request = { repository: "org/name" };
  const recorder = recordDisk(world.files);
  await world.start().download(request);
  recorder.acknowledge("the download");
  const story: CrashStory = { root, directory: root, request, versions: [FILES] };
  const crash = crashCase(story, recorder.finish());
  const place = { subject, hub, root, nowMs: clock.now() };
  // `check` is not scripted: it is asked nowhere where it matters here.
  const report = await exploreCrashes(place, crash, {
    profile,
    asks: { recovery: true, answers: false },
    again: { profile: "kill" },
    recoveriesMax: 3,
  });
  return { ...report, unsynced: unsyncedPlacement(crash) };
}

test("a careful download breaks nothing, also when the next one crashes", async () => {
  for (const profile of ["kill", "ordered", "apfs", "weak"] as const) {
    const report = await explore(
      honest((script) => careful(script)),
      profile,
    );
    assert.deepEqual(report.findings, [], profile);
    assert.ok(report.recovery.asked > 0);
    assert.equal(report.unsynced, undefined);
  }
});

test("one that never marks a model is not asked for a marker after a crash", async () => {
  const unmarked = honest((script) => careful(script, { marks: false }));
  const { findings, recovery } = await explore(unmarked, "weak");
  assert.deepEqual(findings, []);
  assert.ok(recovery.asked > 0);
});

test("one that marks a model, and not in a recovery, breaks DUR-RECOVERY", async () => {
  const forgets = honest((script) => careful(script, { marks: script.host.processes.pid < 5000 }));
  const { findings } = await explore(forgets, "kill");
  assert.deepEqual(
    findings.map(({ requirement }) => requirement),
    ["DUR-RECOVERY"],
  );
});

test("one that does not sync is found under ordered, with the order that it lacks", async () => {
  const careless = honest((script) => careful(script, { syncs: false }));
  assert.deepEqual((await explore(careless, "kill")).findings, []);
  const { findings, unsynced } = await explore(careless, "ordered");
  assert.deepEqual(findings.map(({ requirement }) => requirement).toSorted(), [
    "DUR-OLD-OR-NEW",
    "DUR-STATES",
    "DUR-SUCCESS",
  ]);
  const torn = findings.find(({ requirement }) => requirement === "DUR-STATES");
  assert.equal(
    torn?.order,
    "write config.json.part from byte 0 must persist before rename config.json.part -> config.json",
  );
  assert.match(String(unsynced), /config\.json comes with its file not synced/);
});

test("a recovery that fails, leaves something or never rests breaks DUR-RECOVERY", async () => {
  const fails = honest(async (script) => {
    if (await exists(script.host.files, join(script.config.root, "config.json.part")))
      throw Object.assign(new Error("remove it by hand"), { code: "internal" });
    await careful(script);
  });
  const leaves = honest(async (script) => {
    await careful(script);
    const { root } = script.config;
    if (script.host.processes.pid >= 5000)
      await writeBytes(script.host.files, join(root, "left"), new Uint8Array(1));
  });
  for (const subject of [fails, leaves]) {
    const { findings } = await explore(subject, "kill");
    assert.deepEqual(
      findings.map(({ requirement }) => requirement),
      ["DUR-RECOVERY"],
    );
  }
});
