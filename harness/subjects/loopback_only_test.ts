import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loopbackOnly } from "./loopback_only.ts";

const { launcher, detail, isSealed } = await loopbackOnly();
const skip = isSealed ? false : `here it is ${detail}`;
/** A number of seconds that no other process sleeps. */
const SECONDS = String(100_000 + process.pid);

function inside(script: string): { readonly status: number | null; readonly out: string } {
  const [program = "", ...args] = launcher;
  const { status, stdout } = spawnSync(program, [...args, "sh", "-c", script], {
    encoding: "utf8",
  });
  return { status, out: stdout };
}

test(
  "a daemon without environment, group and session does not outlive its run",
  { skip },
  async () => {
    const daemon = `env -i setsid sleep ${SECONDS} </dev/null >/dev/null 2>&1 &`;
    assert.deepEqual(inside(`${daemon} sleep 0.3; echo done`), { status: 0, out: "done\n" });
    await sleep(200);
    const { stdout } = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" });
    assert.doesNotMatch(stdout, new RegExp(`sleep ${SECONDS}`));
  },
);

test("a subject neither sees nor signals the process that writes the record", { skip }, () => {
  const { pid } = process;
  const { out } = inside(
    `kill -0 ${pid} 2>/dev/null && echo reached; ls -d /proc/${pid}/fd 2>/dev/null`,
  );
  // The number may be one of its own, but it is not this process.
  assert.doesNotMatch(out, /reached|\/proc/);
});

test("how a program ends is seen through its launcher", { skip: launcher.length === 0 }, () => {
  assert.equal(inside("exit 7").status, 7);
});
