import assert from "node:assert/strict";
import { test } from "node:test";
import { mendCommand } from "./mend_command.ts";

const AT = { root: "/m", defaultRoot: "/m", env: {} };

test("a step is a command line that can be typed as it stands", () => {
  const repository = "org/name";
  assert.equal(
    mendCommand({ operation: "download", repository }, AT),
    "mlx-layout download org/name",
  );
  assert.equal(
    mendCommand({ operation: "download", repository, root: "/other root", layout: "lmstudio" }, AT),
    "mlx-layout download org/name --layout lmstudio --root '/other root'",
  );
  assert.equal(
    mendCommand({ operation: "download", repository, verify: true }, AT),
    "mlx-layout download org/name --verify",
  );
  assert.equal(
    mendCommand({ operation: "migrate", repository, from: "/m/it's" }, { ...AT, root: "/n" }),
    String.raw`mlx-layout migrate org/name --from '/m/it'\''s' --root /n`,
  );
  assert.equal(
    mendCommand({ operation: "migrate", repository: undefined, from: "/m/a" }, AT),
    "mlx-layout migrate /m/a --as ORG/NAME",
  );
  assert.equal(mendCommand({ operation: "discard", paths: ["/m/a b"] }, AT), "rm '/m/a b'");
  assert.equal(
    mendCommand({ operation: "run", words: ["git", "-C", "/m", "lfs", "pull"] }, AT),
    "git -C /m lfs pull",
  );
});

test("a model of the hub's cache is repaired in that cache, also where a variable names another", () => {
  const step = {
    operation: "download",
    repository: "org/name",
    root: "/home/.cache/huggingface/hub",
    layout: "hf-cache",
  } as const;
  assert.equal(
    mendCommand(step, AT),
    "mlx-layout download org/name --layout hf-cache --root /home/.cache/huggingface/hub",
  );
  assert.equal(
    mendCommand(step, { ...AT, env: { HF_HUB_CACHE: step.root } }),
    "mlx-layout download org/name --layout hf-cache",
  );
  assert.equal(
    mendCommand(step, { ...AT, env: { HF_HUB_CACHE: "/elsewhere" } }),
    "HF_HUB_CACHE=/home/.cache/huggingface/hub mlx-layout download org/name --layout hf-cache",
  );
});
