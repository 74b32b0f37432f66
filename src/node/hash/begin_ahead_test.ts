import assert from "node:assert/strict";
import { test } from "node:test";
import { beginAhead } from "./begin_ahead.ts";

test("beginAhead() gives the answers in order, and begins large items that follow", async () => {
  const { work, finish, begun } = workshop();
  const items = ["a", "B", "C", "d", "E"];
  const all = beginAhead(items, { isLarge, work, atOnce: 3 });
  const answers: string[] = [];
  const seen: string[] = [];
  for await (const { item, answer } of all) {
    seen.push(`${item}: ${begun.join("")}`);
    finish(item);
    answers.push(await answer());
  }
  assert.deepEqual(answers, items);
  assert.deepEqual(seen, ["a: aBC", "B: aBC", "C: aBCE", "d: aBCEd", "E: aBCEd"]);
});

test("beginAhead() gives a failure at its turn, and no earlier", async () => {
  const { work, finish, fail } = workshop();
  const all = beginAhead(["A", "B"], { isLarge, work, atOnce: 2 });
  const first = await all.next();
  fail("B", new Error("broken"));
  finish("A");
  assert.equal(await first.value?.answer(), "A");
  const second = await all.next();
  await assert.rejects(async () => second.value?.answer(), /broken/);
});

test("beginAhead() waits for what has begun when it is left early", async () => {
  const { work, finish } = workshop();
  const all = beginAhead(["A", "B"], { isLarge, work, atOnce: 2 });
  await all.next();
  let isLeft = false;
  const left = all.return(undefined).then(() => {
    isLeft = true;
  });
  finish("A");
  await Promise.resolve();
  assert.equal(isLeft, false);
  finish("B");
  await left;
});

// Helpers

function isLarge(item: string): boolean {
  return item === item.toUpperCase();
}

/** Work that ends when it is told to. */
function workshop() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const endOf = (item: string) => {
    const end = ends.get(item) ?? Promise.withResolvers<string>();
    ends.set(item, end);
    return end;
  };
  return {
    begun,
    work: (item: string) => {
      begun.push(item);
      return endOf(item).promise;
    },
    finish: (item: string) => endOf(item).resolve(item),
    fail: (item: string, error: Error) => endOf(item).reject(error),
  };
}
