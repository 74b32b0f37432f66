import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { nodeHost } from "./node_host.ts";

const host = nodeHost();

test("Clock.sleep() waits at least as long as asked", async () => {
  const started = host.clock.now();
  await host.clock.sleep(30);
  // Timers and the calendar clock are not the same clock; they differ by less than a few milliseconds.
  assert.ok(host.clock.now() - started >= 25);
});

test("Clock.sleep() rejects with the signal's reason, at once", async () => {
  const controller = new AbortController();
  const sleeping = host.clock.sleep(3_600_000, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(sleeping, { message: "enough" });
  await assert.rejects(host.clock.sleep(0, controller.signal), { message: "enough" });
});

test("Clock.sleep() does not wake at once when asked for more than a timer can", async () => {
  const controller = new AbortController();
  const sleeping = host.clock.sleep(2 ** 33, controller.signal);
  const first = await Promise.race([sleeping.then(() => "slept"), host.clock.sleep(20)]);
  controller.abort(new Error("enough"));
  await assert.rejects(sleeping, { message: "enough" });
  assert.equal(first, undefined);
});

test("Clock.now() is the calendar's", () => {
  assert.ok(Math.abs(host.clock.now() - Date.now()) < 1000);
});

test("random() is in [0, 1) and not constant", () => {
  const numbers = Array.from({ length: 20 }, () => host.random());
  assert.ok(numbers.every((number) => number >= 0 && number < 1));
  assert.ok(new Set(numbers).size > 1);
});

test("isAlive() tells a living process from one that has ended", async () => {
  assert.equal(host.processes.pid, process.pid);
  assert.equal(host.processes.machine, nodeHost().processes.machine);
  const { started } = host.processes;
  assert.equal(host.processes.isAlive(process.pid, started), true);
  // Another process had the number, and began at another time.
  if (started !== "") assert.equal(host.processes.isAlive(process.pid, `${started}0`), false);
  assert.equal(host.processes.isAlive(process.pid), true);
  const child = spawn(process.execPath, ["--eval", ""]);
  await once(child, "exit");
  assert.equal(host.processes.isAlive(child.pid ?? -1), false);
});

test("isAlive() takes no group for a process", () => {
  for (const pid of [0, -1, -process.pid, 1.5, Number.NaN]) {
    assert.equal(host.processes.isAlive(pid), false, String(pid));
  }
});

test(
  "isAlive() takes a process of another user for alive",
  {
    skip:
      process.getuid?.() === 0 || process.platform === "win32" ? "needs an ordinary user" : false,
  },
  () => {
    assert.equal(host.processes.isAlive(1), true);
  },
);
