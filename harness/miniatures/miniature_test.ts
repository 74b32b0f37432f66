import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryWorld } from "../worlds/memory_world.ts";
import { scriptedSubject } from "../worlds/scripted_subject.ts";
import { miniature, type MiniatureWrapper, withMethods } from "./miniature.ts";
import { miniatureNamed, miniatures } from "./mod.ts";

const REQUEST = { repository: "org/name" };

/** What a subject draws at random and returns from two downloads of each of two processes. */
async function downloadsWith(wrapper: MiniatureWrapper): Promise<unknown[]> {
  const seen: unknown[] = [];
  const subject = scriptedSubject(async ({ host, config }) => {
    seen.push(host.random(), config.env["HF_TOKEN"]);
  });
  const errs = miniature("errs", { mistake: "Errs.", breaks: ["DL-RETRY"], ...wrapper });
  await using world = await memoryWorld(errs.wrap(subject));
  for (const process of [world.start(), world.start()])
    for (const _ of [1, 2]) seen.push((await process.download(REQUEST)).bytesFetched);
  return seen;
}

/** Counts from 1. */
function counter(): () => number {
  let count = 0;
  return () => ++count;
}

test("miniature() has the name, the mistake and what it breaks, and names the subject after itself", () => {
  const errs = miniature("errs", { mistake: "Errs.", breaks: ["DL-RETRY"], wrapHost: () => ({}) });
  assert.deepEqual([errs.name, errs.mistake, errs.breaks], ["errs", "Errs.", ["DL-RETRY"]]);
  const { name, version } = errs.wrap(scriptedSubject(async () => {}));
  assert.deepEqual([name, version], ["errs(scripted)", "1.0.0"]);
});

test("miniature() changes the host, with a state of its own for each start", async () => {
  const seen = await downloadsWith({ wrapHost: () => ({ random: counter() }) });
  assert.deepEqual(seen, [1, undefined, 0, 2, undefined, 0, 1, undefined, 0, 2, undefined, 0]);
});

test("miniature() replaces methods of the manager, with a state of its own for each start", async () => {
  const seen = await downloadsWith({
    wrapManager: (manager) => {
      const next = counter();
      return {
        download: async (request, options) => ({
          ...(await manager.download(request, options)),
          bytesFetched: next(),
        }),
      };
    },
  });
  assert.deepEqual(
    seen.filter((_, at) => at % 3 === 2),
    [1, 2, 1, 2],
  );
});

test("miniature() starts the subject in its own way", async () => {
  const seen = await downloadsWith({
    wrapStart: (start, { host, config }) => {
      const env = { ...config.env, HF_TOKEN: "other" };
      const manager = start({ ...host, random: () => 0.5 }, { ...config, env });
      return withMethods(manager, {
        download: async (...call) => ({ ...(await manager.download(...call)), bytesFetched: 9 }),
      });
    },
  });
  assert.deepEqual(seen.slice(0, 3), [0.5, "other", 9]);
});

test("miniatureNamed() finds every miniature, and no other", () => {
  for (const one of miniatures) assert.equal(miniatureNamed(one.name), one);
  assert.throws(() => miniatureNamed("errs"), /"errs"/);
});
