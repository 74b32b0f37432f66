/**
 * A directory with more weight files than any one runtime opens: nested, hidden, under other names, in a stale index.
 *
 * Invariants checked:
 * - The plan's weight files are those that this runtime opens, by the rule that its source states; mlx-lm finds none where the
 *   path of the directory, its root's name included, holds brackets.
 * - Every file of the directory is either opened or named as never opened, and the bytes of the latter add up.
 * - What the runtime needs and does not find is named, and where it is known to stop.
 * - Each file is opened for what the runtime reads in it, and has the size that it has on the disk.
 * - Code of the model's own is opened by a runtime that takes such code, and only where the caller trusts it.
 */
import fc from "fast-check";
import {
  type LoadPlan,
  MARKER_NAME,
  PLAN_RUNTIMES,
  type PlanRuntime,
  type ReadRole,
} from "../../../spec/mod.ts";
import { changeFiles, jsonBytes, placeModel, readTree } from "../../../harness/internal.ts";
import {
  anyModel,
  type ModelFile,
  scenario,
  type Verdict,
  type World,
} from "../../../harness/mod.ts";
import { changedFiles, OWN_CODE } from "./plan_files.ts";
import { INDEX, judgeSmall, SMALL, weightsOf } from "./plan_rules.ts";

const repository = "mlx-community/Plan-4bit";

/** What each file is read for. */
const ROLES: Readonly<Record<string, ReadRole>> = {
  "config.json": "config",
  "generation_config.json": "config",
  [INDEX]: "index",
  "model.safetensors": "weights",
  "tokenizer.json": "tokenizer",
  "tokenizer_config.json": "tokenizer",
  "special_tokens_map.json": "tokenizer",
  "chat_template.jinja": "template",
};

/** Places where weights lie that not every runtime opens. */
const EXTRAS = [
  "onnx/model.safetensors",
  ".old/model.safetensors",
  "weights.safetensors",
  "adapters.safetensors",
  "model-old.safetensors",
  "consolidated.safetensors",
  "tmp/deep/x.safetensors",
] as const;

/** Configurations that no runtime of Python takes, the last one unless it is told to trust that code. */
const UNFIT: readonly string[] = ["no JSON", "no type", "own code"];
/** Indexes of which Swift's decoder takes none. */
const WRONG_INDEXES: readonly string[] = ["maps to numbers", "has no map", "has a list for a map"];
const WITHOUT_MAP = WRONG_INDEXES.slice(1);
/** Of the two blocks that say how weights are packed. */
const ONE_BLOCK: readonly string[] = ["one block of packing", "the other block of packing"];

/** A configuration whose model brings its own code. */
const OWN = "own code";

export const loadPlan = scenario({
  name: "load/load_plan",
  pieceBytes: [8192],
  covers: ["LOAD-PLAN"],
  given: {
    // What a runtime opens beside the weights depends on whether they are packed.
    model: fc.oneof(anyModel(), anyModel({ quantization: undefined })),
    extras: fc.uniqueArray(fc.constantFrom(...EXTRAS), { maxLength: 3 }),
    small: fc.subarray([...SMALL]),
    index: fc.constantFrom(
      "as it is",
      "names an extra",
      "names an extra",
      "names what is absent",
      "names one that is there and one that is not",
      ...WRONG_INDEXES,
      "absent",
    ),
    config: fc.constantFrom("as it is", ...ONE_BLOCK, ...ONE_BLOCK, ...UNFIT, OWN, OWN),
    lost: fc.constantFrom("nothing", "nothing", "config.json", "weights", "tokenizer.json"),
    isDownloaded: fc.boolean(),
    isInBrackets: fc.constantFrom(false, false, true),
    isTrusted: fc.constantFrom(true, true, false),
  },
  goals: [
    "a weight file was never opened",
    "the index decided",
    "something was missing",
    "a stop",
    "brackets",
    "one block of packing",
    "code that is trusted",
  ],
  async check(given, world, verdict) {
    const { model, extras, small, index, config, lost, isDownloaded, isInBrackets, isTrusted } =
      given;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const after = [
      ...changedFiles(model, { extras, index, config, lost }),
      ...small.map((path) => ({ path, bytes: jsonBytes({}), lfs: false })),
    ];
    await changeFiles(world, directory, { before: model.files, after });
    const root = `${world.root} [1]`;
    if (isInBrackets) await world.files.rename(world.root, root);
    const subject = world.start(isInBrackets ? { root } : {});
    if (subject.plan === undefined) {
      verdict.skip("LOAD-PLAN", "it makes no plans");
      return;
    }
    const { plan } = subject;
    for (const runtime of PLAN_RUNTIMES) {
      // What mlx-vlm finds there depends on the index.
      if (isInBrackets && runtime === "mlx-vlm") continue;
      // Of an index without a map the reading of mlx-vlm differs from version to version.
      if (runtime === "mlx-vlm" && WITHOUT_MAP.includes(index)) continue;
      const answer = await verdict.attempt("LOAD-PLAN", () =>
        plan({ repository, runtime, trustModelCode: isTrusted }),
      );
      const one = { answer, runtime, files: after, index, config, lost, isInBrackets, isTrusted };
      await judgePlan(one, world, verdict);
    }
    if (isInBrackets) verdict.reached("brackets");
  },
});

interface PlanCase {
  readonly answer: LoadPlan;
  readonly runtime: PlanRuntime;
  readonly files: readonly ModelFile[];
  readonly index: string;
  readonly config: string;
  readonly lost: string;
  readonly isInBrackets: boolean;
  readonly isTrusted: boolean;
}

async function judgePlan(
  { answer, runtime, files, index, config, lost, isInBrackets, isTrusted }: PlanCase,
  world: World,
  verdict: Verdict,
): Promise<void> {
  const hasConfig = lost !== "config.json";
  const isSwift = runtime.startsWith("mlx-swift");
  const isConfigRead = hasConfig && config !== "no JSON" && !(isSwift && config === "no type");
  const readsIndex = runtime === "mlx-swift-lm-main" || runtime === "mlx-vlm";
  const isIndexWrong = isConfigRead && readsIndex && WRONG_INDEXES.includes(index);
  const isAtWeights = isConfigRead && !isIndexWrong;
  // Python's glob takes brackets for a set of letters.
  const isFound = isAtWeights && !(isInBrackets && runtime === "mlx-lm");
  const expected = isFound ? weightsOf(runtime, files).toSorted() : [];
  const isFit = !UNFIT.includes(config) || (config === OWN && isTrusted);
  const isRefused = !isSwift && (!isFit || expected.length === 0);
  verdict.holds(
    "LOAD-PLAN",
    (answer.stopsAt !== undefined) === (!isAtWeights || isRefused),
    () =>
      `${runtime} with a config that is ${config}: it stops at ${answer.stopsAt?.path ?? "nothing"}`,
  );
  if (answer.stopsAt !== undefined) verdict.reached("a stop");
  // Which of the weights it looks for, its words say.
  const isStopNamed = !isAtWeights || expected.length > 0;
  const stop = isIndexWrong ? INDEX : "config.json";
  verdict.holds(
    "LOAD-PLAN",
    answer.stopsAt === undefined || !isStopNamed || answer.stopsAt.path === stop,
    () => `${runtime} stops at ${stop}, and the plan says ${answer.stopsAt?.path}`,
  );
  const planned = names(answer.reads.filter(({ role }) => role === "weights"));
  verdict.holds(
    "LOAD-PLAN",
    planned.join() === expected.join(),
    `${runtime} opens ${expected.join(", ")}, and the plan says ${planned.join(", ")}`,
  );
  await judgeFiles(answer, world, verdict);
  const isCodeOpened = answer.reads.some(({ path }) => path === OWN_CODE);
  const isCodeWanted = config === OWN && isAtWeights && !isSwift && !isRefused;
  verdict.holds(
    "LOAD-PLAN",
    isCodeOpened === isCodeWanted,
    `${runtime}, with trust: ${isTrusted}, ${isCodeWanted ? "opens" : "does not open"} ${OWN_CODE}, and the plan says otherwise`,
  );
  if (isCodeOpened) verdict.reached("code that is trusted");
  if (answer.stopsAt === undefined) judgeSmall(answer, { runtime, files }, verdict);
  const isTokenizerLacking = lost === "tokenizer.json" && answer.stopsAt === undefined;
  const isLacking = !hasConfig || (isAtWeights && expected.length === 0) || isTokenizerLacking;
  const lacking = names(answer.missing);
  const isNamed =
    isLacking === lacking.length > 0 && (hasConfig || lacking.includes("config.json"));
  verdict.holds(
    "LOAD-PLAN",
    isNamed && (!isTokenizerLacking || lacking.includes("tokenizer.json")),
    `it calls missing: ${lacking.join(", ") || "nothing"}`,
  );
  if (ONE_BLOCK.includes(config)) verdict.reached("one block of packing");
  if (answer.unused.some(({ path }) => path.endsWith(".safetensors")))
    verdict.reached("a weight file was never opened");
  if (isLacking) verdict.reached("something was missing");
  if (readsIndex && index === "names an extra") verdict.reached("the index decided");
}

function names(list: readonly { readonly path: string }[]): string[] {
  return list.map(({ path }) => path).toSorted();
}

/** Every file is either opened, for what it is and with its size, or named as never opened. */
async function judgeFiles(answer: LoadPlan, world: World, verdict: Verdict): Promise<void> {
  const { directory } = answer;
  const onDisk = (await readTree(world.files, directory)).filter(
    ({ kind, path }) => kind === "file" && path !== MARKER_NAME && !path.startsWith(".cache/"),
  );
  const said = [...names(answer.reads), ...names(answer.unused)].toSorted();
  verdict.holds(
    "LOAD-PLAN",
    said.join() === names(onDisk).join(),
    `it speaks of ${said.join(", ")} where ${names(onDisk).join(", ")} are`,
  );
  const sizes = new Map(onDisk.map(({ path, sizeBytes }) => [path, sizeBytes]));
  const free = answer.unused.reduce((sum, { path }) => sum + (sizes.get(path) ?? 0), 0);
  verdict.holds(
    "LOAD-PLAN",
    answer.reclaimableBytes === free,
    `${answer.reclaimableBytes} bytes are said to be never read, and ${free} are`,
  );
  const odd = answer.reads.find(
    ({ path, role, sizeBytes }) =>
      sizeBytes !== sizes.get(path) || (path in ROLES && ROLES[path] !== role),
  );
  verdict.holds(
    "LOAD-PLAN",
    odd === undefined,
    () => `it says of ${odd?.path}: ${odd?.role}, ${odd?.sizeBytes} bytes`,
  );
}
