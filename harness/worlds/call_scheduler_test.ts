import assert from "node:assert/strict";
import { test } from "node:test";
import { diskWorld } from "./disk_world.ts";
import { memoryWorld } from "./memory_world.ts";
import { ProcessKilled } from "../errors.ts";
import { type Script, scriptedSubject } from "./scripted_subject.ts";
import type { Schedule } from "./call_scheduler.ts";
import type { WorldOptions } from "./world.ts";

const REQUEST = { repository: "org/name" };
const MAKE = { memory: memoryWorld, disk: diskWorld } as const;

/** Notes which of two processes gets which of its three looks at the disk. */
async function orderOf(kind: keyof typeof MAKE, schedule: Schedule): Promise<string> {
  const order: string[] = [];
  const subject = scriptedSubject(async ({ host, config }) => {
    const name = host.processes.pid === 1000 ? "a" : "b";
    for (let count = 1; count <= 3; count++) {
      await host.files.stat(config.root).catch(() => {});
      order.push(`${name}${count}`);
    }
  });
  await using world = await MAKE[kind](subject, { schedule });
  await Promise.all([world.start().download(REQUEST), world.start().download(REQUEST)]);
  return order.join(" ");
}

for (const kind of ["memory", "disk"] as const) {
  test(`calls of a ${kind} world go on as the schedule says, and otherwise one process after the other`, async () => {
    assert.equal(await orderOf(kind, []), "a1 a2 a3 b1 b2 b3");
    assert.equal(await orderOf(kind, [{ atCall: 1, pick: 1 }]), "b1 b2 b3 a1 a2 a3");
    const both = [
      { atCall: 2, pick: 1 },
      { atCall: 4, pick: 3 },
      { atCall: 99, pick: 1 },
    ];
    assert.equal(await orderOf(kind, both), "a1 b1 b2 a2 a3 b3");
    assert.equal(await orderOf(kind, both), "a1 b1 b2 a2 a3 b3");
  });
}

/** Runs a script in two processes, the second of which gets in between wherever it can. */
async function inTurns(run: (script: Script, isFirst: boolean) => Promise<void>) {
  const schedule = Array.from({ length: 40 }, (_, at) => ({ atCall: at + 1, pick: 1 }));
  const options: WorldOptions = { schedule };
  const subject = scriptedSubject((script) => run(script, script.host.processes.pid === 1000));
  const world = await memoryWorld(subject, options);
  const [one, two] = [world.start(), world.start()];
  return { world, one, two };
}

test("the clock stands still while a call waits for its turn, and goes on afterwards", async () => {
  const times: number[] = [];
  const { world, one, two } = await inTurns(async ({ host, config }, isFirst) => {
    if (isFirst) {
      const startMs = host.clock.now();
      for (let count = 0; count < 10; count++) await host.files.stat(config.root).catch(() => {});
      times.push(host.clock.now() - startMs);
    } else {
      await host.clock.sleep(5000);
      await host.files.stat(config.root).catch(() => {});
    }
  });
  await using _ = world;
  await Promise.all([one.download(REQUEST), two.download(REQUEST)]);
  assert.deepEqual(times, [0]);
});

test("a request that nobody answers holds nobody up", async () => {
  const { world, one, two } = await inTurns(async ({ host, config }, isFirst) => {
    if (isFirst) {
      const stop = new AbortController();
      const url = `${config.env["HF_ENDPOINT"] ?? ""}/api/models/o/n/revision/main`;
      const answer = host.fetch(url, { method: "GET", headers: {}, signal: stop.signal });
      answer.catch(() => {});
      await host.clock.sleep(30_000);
      stop.abort();
      await assert.rejects(answer);
    } else {
      for (let count = 0; count < 5; count++) await host.files.stat(config.root).catch(() => {});
    }
  });
  await using _ = world;
  world.hub.faults = [{ match: { nth: "all" }, do: { type: "no-answer" } }];
  await Promise.all([one.download(REQUEST), two.download(REQUEST)]);
});

test("a call of a process that is killed while it waits is never made, and holds nobody up", async () => {
  const made: string[] = [];
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { world, one, two } = await inTurns(async ({ host, config }, isFirst) => {
    if (isFirst) {
      begin();
      await host.files.mkdir(config.root);
      made.push("root");
    } else {
      for (let count = 0; count < 3; count++) await host.files.stat(config.root).catch(() => {});
      made.push("looks");
    }
  });
  await using _ = world;
  const [first, second] = [one.download(REQUEST), two.download(REQUEST)];
  const killed = assert.rejects(first, ProcessKilled);
  await begun;
  await one.kill();
  await killed;
  await second;
  assert.deepEqual(made, ["looks"]);
});
