import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { loopbackOnly } from "../../../harness/internal.ts";
import { captureConform } from "../capture_conform.ts";

const ADAPTER = fileURLToPath(
  new URL("../../../harness/subjects/misbehaving_adapter.ts", import.meta.url),
);
const { isSealed, detail } = await loopbackOnly();
const skip = isSealed ? false : `here it is ${detail}`;

test(
  "a subject that kills the process beside it has crashed, and the run has a verdict",
  { skip },
  async () => {
    const subject = `${process.execPath} ${ADAPTER} "kills its parent"`;
    const words = ["run", "--world", "process", "--only", "layout/empty_file", "--runs", "1"];
    const { exitCode, out, err } = await captureConform(...words, "--subject", subject);
    assert.equal(exitCode, 3, out + err);
    assert.match(out, /ended from within its own namespace/);
  },
);
