/**
 * Somebody asks which runtimes load a model, of its main branch or of another one, then downloads and checks it. While it is asked, the
 * connection may break, and the hub may send the whole of a file, or a part as if it were that, to who asks for its header.
 *
 * Invariants checked:
 * - Before the download the verdicts are those of the check after it, also where it leaves files out. In such trouble there may be none.
 * - No more of a large weight file is transferred for them than its header and 1 MiB, also where the hub would send all of it. Over a
 *   socket more may be on its way before it is closed, so that there the hub answers ranges.
 */
import fc from "fast-check";
import { settled, writeSafetensors } from "../../../harness/internal.ts";
import {
  type ModelFile,
  scenario,
  type TinyModel,
  type Verdict,
  type World,
} from "../../../harness/mod.ts";
import type { ModelManager } from "../../../spec/mod.ts";
import { HEADER_TROUBLES, type HeaderTrouble, withLongHeaders } from "./troubled_headers.ts";
import { answerFor, anyUnknownType, anyVerdictModel, VERDICT_CASES } from "./verdict_cases.ts";

const LARGE = "mlx-community/Large-4bit";
const WEIGHTS = "model.safetensors";
const SLACK_BYTES = 1024 ** 2;
/** So many cases of one model are tried at once. */
const CASES = 3;
const NAMES = Object.keys(VERDICT_CASES).filter((name) => VERDICT_CASES[name]?.isDownloaded);
/** Files of which a download can do without one, and by which runtimes are judged. */
const LEFT_OUT = ["tokenizer_config.json", "adapters.safetensors"] as const;
/** Files that a model may have without a byte, if with none of its own. */
const EMPTY = ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] as const;
/** Those about more than the fields of a configuration. */
const OF_FILES = NAMES.filter((name) => /^(?:packed|of images)/.test(name));

const TROUBLES = Object.keys(HEADER_TROUBLES) as HeaderTrouble[];

type CanLoad = NonNullable<ModelManager["canLoad"]>;

const ADAPTER: ModelFile = {
  path: "adapters.safetensors",
  bytes: writeSafetensors([
    { name: "lora_a", dtype: "F32", shape: [2, 2], data: new Uint8Array(16).fill(1) },
  ]),
  lfs: true,
};

export const verdictsAhead = scenario({
  name: "load/verdicts_ahead",
  pieceBytes: [8192],
  covers: ["LOAD-AHEAD", "LOAD-AHEAD-BYTES"],
  given: {
    model: anyVerdictModel,
    type: anyUnknownType,
    names: fc.uniqueArray(fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom(...OF_FILES)), {
      minLength: CASES,
      maxLength: CASES,
    }),
    leftOut: fc.constantFrom(undefined, ...LEFT_OUT),
    empty: fc.constantFrom(undefined, ...EMPTY),
    revision: fc.constantFrom(undefined, "v2", "refs/pr/1"),
    trouble: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 2 },
      { arbitrary: fc.constantFrom(...TROUBLES), weight: 1 },
    ),
    /** Where the connection breaks: within a header, or before it. */
    breaksAt: fc.integer({ min: 0, max: 800 }),
    // A large file takes longer than all the rest.
    sizeMiB: fc.constantFrom(0, 0, 4, 5, 6),
  },
  goals: [
    "a verdict was yes",
    "a verdict was no",
    "a file was left out",
    "a file was empty",
    "another branch was asked for",
    "a header was sent otherwise",
  ],
  async check({ model, type, names, leftOut, empty, sizeMiB, ...given }, world, verdict) {
    const { revision, trouble, breaksAt } = given;
    const subject = world.start();
    const { canLoad } = subject;
    if (canLoad === undefined) {
      for (const id of ["LOAD-AHEAD", "LOAD-AHEAD-BYTES"] as const)
        verdict.skip(id, "it gives no verdicts before a download");
      return;
    }
    for (const [at, name] of names.entries()) {
      const made = VERDICT_CASES[name]?.apply(model, type);
      if (made === undefined) continue;
      const repository = `mlx-community/Ahead-${at + 1}bit`;
      const isBeside = leftOut === ADAPTER.path && made.every(({ path }) => path !== leftOut);
      const all = isBeside ? [...made, ADAPTER] : made;
      const listed = at === 0 ? withEmpty(all, empty) : all;
      const isLong = at === 0 && trouble !== undefined && HEADER_TROUBLES[trouble].isLong;
      const files = isLong ? withLongHeaders(listed) : listed;
      if (files.some(({ path, bytes }) => path === empty && bytes.length === 0))
        verdict.reached("a file was empty");
      world.hub.publish(repository, files, { tags: ["mlx"], ...(revision && { revision }) });
      // The main branch has another model then, which each runtime loads.
      if (revision !== undefined) {
        world.hub.publish(repository, model.files, { tags: ["mlx"] });
        verdict.reached("another branch was asked for");
      }
      const exclude = files.some(({ path }) => path === leftOut) ? leftOut : undefined;
      const about = { repository, revision, name, canLoad, exclude, trouble, breaksAt };
      await judgeAhead(about, world, verdict);
    }

    if (sizeMiB === 0) return;
    const inTrouble = world.kind === "process" ? undefined : trouble;
    await judgeBytes({ model, sizeMiB, canLoad, trouble: inTrouble, breaksAt }, world, verdict);
  },
});

/** Asks about a model of one large file, and counts what is sent of it. */
async function judgeBytes(
  given: {
    readonly model: TinyModel;
    readonly sizeMiB: number;
    readonly canLoad: CanLoad;
    readonly trouble: HeaderTrouble | undefined;
    readonly breaksAt: number;
  },
  { hub }: World,
  verdict: Verdict,
): Promise<void> {
  const { model, sizeMiB, canLoad, trouble, breaksAt } = given;
  const data = new Uint8Array(sizeMiB * 1024 ** 2);
  const plain = writeSafetensors([
    { name: "model.norm.weight", dtype: "U8", shape: [data.length], data },
  ]);
  const weights: ModelFile = { path: WEIGHTS, bytes: plain, lfs: true };
  const small = model.files.filter(({ path }) => !/safetensors/.test(path));
  const isLong = trouble !== undefined && HEADER_TROUBLES[trouble].isLong;
  const [large = weights] = isLong ? withLongHeaders([weights]) : [weights];
  hub.publish(LARGE, [...small, large], { tags: ["mlx"] });
  const earlier = hub.log.length;
  const ask = async () => await canLoad({ repository: LARGE });
  if (trouble === undefined) await verdict.attempt("LOAD-AHEAD-BYTES", ask);
  else {
    hub.faults = HEADER_TROUBLES[trouble].answers(breaksAt);
    await settled(ask);
    hub.faults = [];
  }
  const sentBytes = hub.log
    .slice(earlier)
    .filter(({ file }) => file === WEIGHTS)
    .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
  const headerBytes = large.bytes.length - data.length;
  const isLittle = sentBytes <= headerBytes + SLACK_BYTES;
  const words = `${sentBytes} bytes of ${WEIGHTS} were sent, whose header has ${headerBytes} (${trouble ?? "no trouble"})`;
  verdict.holds("LOAD-AHEAD-BYTES", isLittle, words);
}

/** A listing says already that a file has no bytes. */
function withEmpty(files: readonly ModelFile[], empty: string | undefined): readonly ModelFile[] {
  return files.map((file) =>
    file.path === empty ? { ...file, bytes: new Uint8Array(0), lfs: false } : file,
  );
}

async function judgeAhead(
  given: {
    readonly repository: string;
    readonly revision: string | undefined;
    readonly name: string;
    readonly canLoad: CanLoad;
    /** A file that is not downloaded. */
    readonly exclude: string | undefined;
    readonly trouble: HeaderTrouble | undefined;
    readonly breaksAt: number;
  },
  world: World,
  verdict: Verdict,
): Promise<void> {
  const { repository, revision, name, canLoad, exclude, trouble, breaksAt } = given;
  const request = {
    repository,
    ...(revision !== undefined && { revision }),
    ...(exclude !== undefined && { exclude: [exclude] }),
  };
  if (exclude !== undefined) verdict.reached("a file was left out");
  if (trouble !== undefined) world.hub.faults = HEADER_TROUBLES[trouble].answers(breaksAt);
  const ask = async () => await canLoad(request);
  // Who gives no verdicts then gives no wrong ones.
  const before = await verdict.attempt(
    "LOAD-AHEAD",
    trouble === undefined ? ask : () => settled(ask),
  );
  if (world.hub.firedCounts().some((times) => times > 0))
    verdict.reached("a header was sent otherwise");
  world.hub.faults = [];
  if (before === undefined) return;
  await world.start().download(request);
  const { runtimes: after } = await world.start().check({ repository });
  if (after === undefined) verdict.skip("LOAD-AHEAD", "its reports name no runtimes");
  for (const { runtime, from: version } of [...before.runtimes, ...(after ?? [])]) {
    const asked = answerFor(before.runtimes, runtime, version);
    const checked = answerFor(after ?? [], runtime, version);
    const isSame = asked === undefined || checked === undefined || asked === checked;
    const words = `${runtime} ${version} loads it: ${asked} before, ${checked} after (${name}, without ${exclude ?? "nothing"})`;
    verdict.holds("LOAD-AHEAD", isSame, words);
    if (checked === true) verdict.reached("a verdict was yes");
    if (checked === false) verdict.reached("a verdict was no");
  }
}
