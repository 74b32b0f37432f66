import assert from "node:assert/strict";
import { test } from "node:test";
import { Semaphore } from "./semaphore.ts";

const never = new AbortController().signal;

test("Semaphore hands out as many slots as there are, in order of asking", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(never);
  const order: string[] = [];
  const first = slots.acquire(never).then(() => order.push("first"));
  const second = slots.acquire(never).then(() => order.push("second"));
  assert.equal(slots.tryAcquire(), false);
  slots.release();
  await first;
  slots.release();
  await second;
  assert.deepEqual(order, ["first", "second"]);
});

test("Semaphore.acquire() rejects when it is cancelled, and loses no slot", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(never);
  const controller = new AbortController();
  const waiting = slots.acquire(controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(waiting, { code: "cancelled" });
  slots.release();
  assert.equal(slots.tryAcquire(), true);
});

test("Semaphore.acquire() passes on a slot that it was given in the moment of its cancel", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(never);
  const controller = new AbortController();
  const waiting = slots.acquire(controller.signal);
  controller.abort(new Error("enough"));
  slots.release();
  await assert.rejects(waiting, { code: "cancelled" });
  assert.equal(slots.tryAcquire(), true);
});

test("Semaphore.resize() hands out new slots at once, and takes none away from who has one", async () => {
  const slots = new Semaphore(1);
  await slots.acquire(never);
  const second = slots.acquire(never);
  slots.resize(2);
  await second;
  assert.equal(slots.taken, 2);
  slots.resize(1);
  slots.release();
  assert.equal(slots.tryAcquire(), false, "one is still taken");
  slots.release();
  assert.equal(slots.tryAcquire(), true);
});

test("Semaphore.takeWasFull() says whether somebody wanted more, once", () => {
  const slots = new Semaphore(1);
  assert.equal(slots.tryAcquire(), true);
  assert.equal(slots.takeWasFull(), false);
  assert.equal(slots.tryAcquire(), false);
  assert.equal(slots.takeWasFull(), true);
  assert.equal(slots.takeWasFull(), false);
});

test("a Semaphore with fewer slots than are taken lets one give way, and hands it the next", async () => {
  const slots = new Semaphore(3);
  const signal = new AbortController().signal;
  for (let count = 0; count < 3; count++) await slots.acquire(signal);
  await slots.giveWay(signal);
  assert.equal(slots.taken, 3, "there are as many as are taken");
  slots.resize(2);
  const order: string[] = [];
  const later = slots.acquire(signal).then(() => order.push("another"));
  const back = slots.giveWay(signal).then(() => order.push("the one that gave way"));
  assert.equal(slots.taken, 2);
  slots.release();
  await back;
  slots.release();
  await later;
  assert.deepEqual(order, ["the one that gave way", "another"]);
  assert.equal(slots.taken, 2);
});

test("a Semaphore counts a slot as taken again where giving way is cancelled: who has it releases it", async () => {
  const slots = new Semaphore(2);
  const { signal } = new AbortController();
  await slots.acquire(signal);
  await slots.acquire(signal);
  slots.resize(1);
  const cancelled = new AbortController();
  const back = slots.giveWay(cancelled.signal);
  cancelled.abort();
  await assert.rejects(back, { code: "cancelled" });
  assert.equal(slots.taken, 2);
});
