import assert from "node:assert/strict";
import test from "node:test";
import { openedPaths, selectWeights } from "./select_weights.ts";
import { type SelectWeightsInput } from "./weight_candidate.ts";

const WANTED = ["a", "b", "c", "d"];
const [FIRST, SECOND] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

test("openedPaths() gives what mlx-lm opens, and else what mlx-swift-lm falls back to", () => {
  assert.deepEqual(
    openedPaths(["model (1).safetensors", "model.safetensors", "weights.safetensors"]),
    ["model (1).safetensors", "model.safetensors"],
  );
  assert.deepEqual(openedPaths(["weights.safetensors", "other.safetensors"]), [
    "weights.safetensors",
  ]);
  assert.deepEqual(openedPaths(["other.safetensors", ".x.safetensors", "onnx/model.safetensors"]), [
    "other.safetensors",
  ]);
});

test("selectWeights() takes one file or a complete set of shards", () => {
  assert.deepEqual(select({ "model.safetensors": WANTED }), {
    belonging: ["model.safetensors"],
    findings: [],
  });
  assert.deepEqual(select({ [FIRST]: ["a", "b"], [SECOND]: ["c", "d"] }), {
    belonging: [FIRST, SECOND],
    findings: [],
  });
});

test("selectWeights() takes files that add to each other without repeating a tensor", () => {
  const files = { "model.safetensors": ["a", "b"], "model-vision.safetensors": ["c", "d"] };
  assert.deepEqual(select(files).findings, []);
  assert.deepEqual(select(files, { wanted: undefined }).findings, []);
});

test("selectWeights() names what repeats the model's tensors", () => {
  const strays = {
    "model-old.safetensors": WANTED,
    "model (1).safetensors": ["a"],
    "model-00003-of-00003.safetensors": ["d"],
  };
  assert.deepEqual(select({ "model.safetensors": WANTED, ...strays }).findings, [
    "error foreign-weights model (1).safetensors",
    "error foreign-weights model-00003-of-00003.safetensors",
    "error foreign-weights model-old.safetensors",
  ]);
  const shards = { [FIRST]: ["a", "b"], [SECOND]: ["c", "d"] };
  assert.deepEqual(select({ ...shards, "model.safetensors": WANTED }), {
    belonging: [FIRST, SECOND],
    findings: ["error foreign-weights model.safetensors"],
  });
});

test("selectWeights() believes the architecture before names, and records before both", () => {
  const files = { [FIRST]: ["a", "b"], [SECOND]: ["c", "x"], "model.safetensors": WANTED };
  assert.deepEqual(select(files).belonging, ["model.safetensors"]);
  assert.deepEqual(select(files, { recorded: [FIRST, SECOND] }).belonging, [FIRST, SECOND]);
});

test("selectWeights() names a file without any tensor of the model", () => {
  const files = { "model.safetensors": WANTED, "model-adapter.safetensors": ["lora"] };
  assert.deepEqual(select(files).findings, ["error foreign-weights model-adapter.safetensors"]);
});

test("selectWeights() names the absent shard by the number of the others", () => {
  assert.deepEqual(select({ [SECOND]: ["c", "d"] }), {
    belonging: [SECOND],
    findings: [`error missing-shard ${FIRST}`],
  });
});

test("selectWeights() names the absent shard by the index", () => {
  const weightMap = {
    a: "model.safetensors",
    b: "model.safetensors",
    c: "x.safetensors",
    d: "x.safetensors",
  };
  const input = { "model.safetensors": ["a", "b"] };
  assert.deepEqual(select(input, { weightMap }).findings, ["error missing-shard x.safetensors"]);
  assert.deepEqual(select(input, { weightMap, wanted: undefined }).findings, [
    "error missing-shard x.safetensors",
  ]);
});

test("selectWeights() ignores an index of another sharding", () => {
  const weightMap = { a: FIRST, b: FIRST, c: SECOND, d: SECOND };
  assert.deepEqual(select({ "model.safetensors": WANTED }, { weightMap }).findings, []);
  assert.deepEqual(select({ "model.safetensors": ["a", "b", "c"] }, { weightMap }).findings, []);
});

test("selectWeights() names the absent file by the record", () => {
  const input = { "model.safetensors": ["a", "b"] };
  const recorded = ["model.safetensors", "model-vision.safetensors"];
  assert.deepEqual(select(input, { recorded }).findings, [
    "error missing-shard model-vision.safetensors",
  ]);
});

test("selectWeights() says that there is nothing to open", () => {
  assert.deepEqual(select({}).findings, ["error missing-weights model.safetensors"]);
  assert.deepEqual(select({ "weights.safetensors": WANTED }), {
    belonging: ["weights.safetensors"],
    findings: ["warning missing-weights weights.safetensors"],
  });
});

test("selectWeights() judges weights elsewhere by who would have put them there", () => {
  const model = { "model.safetensors": WANTED };
  const finding = (path: string, recorded: readonly string[] = []) =>
    select({ ...model, [path]: ["z"] }, { recorded }).findings;
  assert.deepEqual(finding("onnx/model.safetensors"), [
    "warning foreign-weights onnx/model.safetensors",
  ]);
  assert.deepEqual(finding(".tmp/model.safetensors"), [
    "error foreign-weights .tmp/model.safetensors",
  ]);
  assert.deepEqual(finding("old.safetensors"), ["warning foreign-weights old.safetensors"]);
  assert.deepEqual(finding("old.safetensors", ["model.safetensors", "old.safetensors"]), [
    "warning foreign-weights old.safetensors",
  ]);
  assert.deepEqual(finding("onnx/model.safetensors", ["model.safetensors"]), [
    "error foreign-weights onnx/model.safetensors",
  ]);
  assert.deepEqual(finding("._model.safetensors"), ["warning appledouble ._model.safetensors"]);
});

test("selectWeights() says nothing of absent tensors while a file cannot be read", () => {
  assert.deepEqual(select({ "model.safetensors": undefined }).findings, []);
});

// Helpers

interface Given {
  readonly weightMap?: Readonly<Record<string, string>>;
  readonly wanted?: readonly string[] | undefined;
  readonly recorded?: readonly string[];
}

function select(files: Readonly<Record<string, readonly string[] | undefined>>, given: Given = {}) {
  const { weightMap, recorded = [] } = given;
  const wanted = "wanted" in given ? given.wanted : WANTED;
  const input: SelectWeightsInput = {
    candidates: Object.entries(files).map(([path, tensors]) => ({
      path,
      tensors: tensors && new Set(tensors),
      recorded: recorded.includes(path),
    })),
    weightMap: weightMap && new Map(Object.entries(weightMap)),
    wanted: wanted && new Set(wanted),
    recordedPaths: recorded.filter((path) => !path.includes("/")),
  };
  const { belonging, findings } = selectWeights(input);
  return {
    belonging,
    findings: findings.map(({ level, cause, path }) => `${level} ${cause} ${path}`).sort(),
  };
}
