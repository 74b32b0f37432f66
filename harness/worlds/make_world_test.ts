/** What a world promises a scenario, in memory and on a real disk alike. */
import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { test } from "node:test";
import type { Subject } from "../../spec/mod.ts";
import { exists, readBytes, readTree, writeBytes } from "../disk/disk_tree.ts";
import { ProcessKilled } from "../errors.ts";
import { diskWorld } from "./disk_world.ts";
import { memoryWorld } from "./memory_world.ts";
import { type Script, scriptedSubject } from "./scripted_subject.ts";
import { type World, WORLD_KINDS, type WorldKind, type WorldOptions } from "./world.ts";

const REQUEST = { repository: "org/name" };
const GET = { method: "GET", headers: {} } as const;
const FILE = { path: "a.bin", bytes: new Uint8Array(4000).fill(7), lfs: true };

for (const kind of WORLD_KINDS) {
  test(`a ${kind} world has a root that is not there yet and a hub that the subject is given`, async () => {
    const seen: (string | undefined)[] = [];
    const subject = scriptedSubject(async ({ config }) => {
      seen.push(config.root, config.env["HF_ENDPOINT"], config.env["HF_TOKEN"]);
    });
    await using world = await makeWorld(kind, subject);
    await world.start().download(REQUEST);
    assert.deepEqual(seen, [world.root, world.hub.endpoint, undefined]);
    assert.equal(await exists(world.files, world.root), false);
    assert.equal(await exists(world.files, world.outside), true);
  });

  test(`a process that is killed in a ${kind} world never goes on, and its promise says so`, async () => {
    const steps: string[] = [];
    const subject = scriptedSubject(async ({ host, config }) => {
      await host.files.mkdir(config.root);
      steps.push("made");
      await host.clock.sleep(60_000);
      steps.push("woken");
    });
    await using world = await makeWorld(kind, subject);
    const running = world.start();
    const download = running.download(REQUEST);
    const ended = assert.rejects(download, ProcessKilled);
    while (steps.length === 0) await turn();
    await running.kill();
    await ended;
    await world.clock.sleep(120_000);
    assert.deepEqual(steps, ["made"]);
    assert.equal(running.isKilled, true);
  });

  test(`a killed process of a ${kind} world that runs on by itself reaches nothing any more`, async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const steps: string[] = [];
    const subject = scriptedSubject(async ({ host, config }) => {
      await released;
      steps.push("released");
      await host.files.mkdir(config.root);
      steps.push("made");
    });
    await using world = await makeWorld(kind, subject);
    const running = world.start();
    const ended = assert.rejects(running.download(REQUEST), ProcessKilled);
    await turn();
    await running.kill();
    release();
    await ended;
    await world.clock.sleep(1000);
    assert.deepEqual(steps, ["released"]);
    assert.equal(await exists(world.files, world.root), false);
  });

  test(`a process dies in a ${kind} world before the change that it was to die at`, async () => {
    await using world = await makeWorld(kind, scriptedSubject(makeThree));
    const running = world.start();
    running.killAt({ at: "operation", nth: 3 });
    await assert.rejects(running.download(REQUEST), ProcessKilled);
    await world.settle();
    assert.deepEqual(await pathsIn(world), ["1"]);
  });

  test(`a write is torn in a ${kind} world when the process is to die within it`, async () => {
    const subject = scriptedSubject(async ({ host, config }) => {
      await host.files.mkdir(config.root);
      const file = await host.files.open(`${config.root}/a`, "wx");
      await file.write(new Uint8Array(100).fill(1), 0);
    });
    await using world = await makeWorld(kind, subject);
    const running = world.start();
    running.killAt({ at: "operation", nth: 3, torn: true });
    await assert.rejects(running.download(REQUEST), ProcessKilled);
    await world.settle();
    assert.deepEqual(await readBytes(world.files, `${world.root}/a`), new Uint8Array(50).fill(1));
  });

  test(`a kill point that is never reached in a ${kind} world kills nobody`, async () => {
    await using world = await makeWorld(kind, scriptedSubject(makeThree));
    const running = world.start();
    running.killAt({ at: "operation", nth: 5 });
    await running.download(REQUEST);
    assert.deepEqual([running.isKilled, running.changes], [false, 4]);
  });

  test(`a process dies in a ${kind} world at the piece of a body that it was to die at`, async () => {
    const sizes: number[] = [];
    const subject = scriptedSubject((script) => receive(script, sizes));
    await using world = await makeWorld(kind, subject, { style: { chunkBytes: 1000 } });
    world.hub.publish("org/name", [FILE]);
    const running = world.start();
    running.killAt({ at: "chunk", nth: 2 });
    await assert.rejects(running.download(REQUEST), ProcessKilled);
    await world.settle();
    assert.deepEqual(sizes, [1000]);
  });

  test(`the processes of a ${kind} world know which of them live`, async () => {
    const seen: boolean[] = [];
    let first = 0;
    const subject = scriptedSubject(async ({ host }) => {
      seen.push(host.processes.isAlive(first), host.processes.isAlive(host.processes.pid));
    });
    await using world = await makeWorld(kind, subject);
    const [one, two] = [world.start(), world.start()];
    first = one.pid;
    await two.download(REQUEST);
    await one.kill();
    await two.download(REQUEST);
    assert.notEqual(one.pid, two.pid);
    assert.deepEqual(seen, [true, true, false, true]);
  });

  test(`a time limit does not fire in a ${kind} world while the disk works`, async () => {
    const fired: number[] = [];
    const subject = scriptedSubject(async ({ host, config }) => {
      const stop = new AbortController();
      const limit = host.clock.sleep(30_000, stop.signal).then(
        () => fired.push(host.clock.now()),
        () => {},
      );
      await host.files.mkdir(config.root);
      for (let at = 0; at < 40; at += 1) {
        await writeBytes(host.files, `${config.root}/${at}`, new Uint8Array(200_000));
      }
      stop.abort();
      await limit;
    });
    await using world = await makeWorld(kind, subject);
    await world.start().download(REQUEST);
    assert.deepEqual(fired, []);
  });

  test(`a time limit does not fire in a ${kind} world while a body arrives, and does when it stalls`, async () => {
    for (const stalls of [false, true]) {
      const subject = scriptedSubject(async (script) => {
        const { clock } = script.host;
        const stop = new AbortController();
        const limit = clock.sleep(30_000, stop.signal).then(
          () => Promise.reject(new Error("silence")),
          () => {},
        );
        await Promise.race([receive(script, []), limit]);
        stop.abort();
      });
      await using world = await makeWorld(kind, subject, { style: { chunkBytes: 10 } });
      world.hub.publish("org/name", [FILE]);
      if (stalls) {
        world.hub.faults = [
          { match: { kind: "cdn", nth: "all" }, do: { type: "cut", atByte: 1995, how: "stall" } },
          {
            match: { kind: "resolve", nth: "all" },
            do: { type: "cut", atByte: 1995, how: "stall" },
          },
        ];
      }
      const before = world.clock.now();
      const download = world.start().download(REQUEST);
      if (stalls) await assert.rejects(download, /silence/);
      else await download;
      assert.equal(world.clock.now() - before, stalls ? 30_000 : 0);
    }
  });

  test(`an open file of a killed process is closed in a ${kind} world`, async () => {
    const subject = scriptedSubject(async ({ host, config }) => {
      await host.files.mkdir(config.root);
      const file = await host.files.open(`${config.root}/a`, "wx");
      await file.write(new Uint8Array(10), 0);
      await host.clock.sleep(1_000_000);
    });
    await using world = await makeWorld(kind, subject, { availableBytes: 1000 });
    const running = world.start();
    const ended = assert.rejects(running.download(REQUEST), ProcessKilled);
    while (running.changes < 3) await turn();
    await running.kill();
    await ended;
    await world.files.unlink(`${world.root}/a`);
    // The data of an open file would still take room.
    assert.equal(await world.files.availableBytes("/"), 1000);
    assert.deepEqual(await pathsIn(world), []);
  });
}

test("a disk world leaves nothing behind", async () => {
  const world = await diskWorld(scriptedSubject(makeThree));
  await world.start().download(REQUEST);
  await access(world.root);
  await world[Symbol.asyncDispose]();
  await assert.rejects(access(world.outside), { code: "ENOENT" });
});

test("a world with a folding volume shows it to the subject and to the harness", async () => {
  for (const kind of WORLD_KINDS) {
    await using world = await makeWorld(kind, scriptedSubject(makeThree), { volume: "folding" });
    await writeBytes(world.files, `${world.outside}/Name`, new Uint8Array(1));
    assert.equal(await exists(world.files, `${world.outside}/nAME`), true);
  }
});

test("a request that no hub knows is answered as by a hub, and noted", async () => {
  const statuses: number[] = [];
  const subject = scriptedSubject(async ({ host }) => {
    const { status } = await host.fetch(`${world.hub.endpoint}/api/no/such/route`, GET);
    statuses.push(status);
  });
  await using world = await memoryWorld(subject);
  await world.start().download(REQUEST);
  assert.deepEqual(statuses, [404]);
  assert.deepEqual(await world.notes?.(), ["asked for what no hub knows: GET /api/no/such/route"]);
});

test("a header without a value is refused, as by every client of HTTP", async () => {
  const subject = scriptedSubject(async ({ host, config }) => {
    const headers = { authorization: undefined } as unknown as Record<string, string>;
    const asked = host.fetch(`${config.env["HF_ENDPOINT"]}/api`, { method: "GET", headers });
    await assert.rejects(asked, TypeError);
  });
  await using world = await memoryWorld(subject);
  await world.start().download(REQUEST);
  assert.equal(world.hub.log.length, 0);
});

test("equal seeds give a subject equal random numbers", async () => {
  const draws: number[][] = [];
  const subject = scriptedSubject(async ({ host }) => {
    draws.push([host.random(), host.random()]);
  });
  for (const seed of [5, 5, 6]) {
    await using world = await memoryWorld(subject, { seed });
    await world.start().download(REQUEST);
  }
  assert.deepEqual(draws[0], draws[1]);
  assert.notDeepEqual(draws[0], draws[2]);
});

// Helpers

function makeWorld(kind: WorldKind, subject: Subject, options: WorldOptions = {}): Promise<World> {
  return kind === "memory" ? memoryWorld(subject, options) : diskWorld(subject, options);
}

async function makeThree({ host, config }: Script): Promise<void> {
  await host.files.mkdir(config.root);
  for (const name of ["1", "2", "3"]) await host.files.mkdir(`${config.root}/${name}`);
}

/** Fetches the one file of the repository, through a redirect if there is one. */
async function receive({ host, config }: Script, sizes: number[]): Promise<void> {
  let url = `${config.env["HF_ENDPOINT"]}/org/name/resolve/main/a.bin`;
  for (;;) {
    const response = await host.fetch(url, GET);
    const location = response.headers.get("location");
    if (response.status >= 300 && location !== null) {
      url = new URL(location, url).href;
      continue;
    }
    for await (const chunk of response.body ?? []) sizes.push(chunk.length);
    return;
  }
}

async function pathsIn(world: World): Promise<string[]> {
  return (await readTree(world.files, world.root)).map(({ path }) => path);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
