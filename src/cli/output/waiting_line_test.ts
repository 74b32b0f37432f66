import assert from "node:assert/strict";
import { test } from "node:test";
import { runScripted } from "../scripted_run.ts";
import { waitingLine } from "./waiting_line.ts";

test("waitingLine() says who works on the model, and for how long", () => {
  assert.equal(
    waitingLine({ pid: 123, purpose: "download", heldMs: 34_000 }),
    "Waiting for a running download (process 123, for 34 s)\n",
  );
  assert.equal(
    waitingLine({ pid: undefined, purpose: undefined, heldMs: 0 }),
    "Waiting for another command (process of another machine or container)\n",
  );
});

test("remove and migrate say for which process they wait", async () => {
  for (const line of ["remove org/name", "migrate org/name", "download org/name"]) {
    const { stderr } = await runScripted(
      line,
      {},
      {
        createManager: ({ onWait }) => {
          onWait?.({ pid: 7, purpose: "download", heldMs: 2000 });
          throw new Error("what it waits for comes first");
        },
      },
    );
    assert.match(stderr, /^Waiting for a running download \(process 7, for 2 s\)/, line);
  }
});
