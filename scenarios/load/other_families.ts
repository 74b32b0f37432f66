/**
 * A model of any module of mlx-lm, as its own classes made it, sound or with a tensor that is missing, surplus, renamed or a row short.
 *
 * Invariants checked:
 * - The sound one is accepted, its tensors are counted, and mlx-lm 0.32.2, which loaded it, is said to load it.
 * - What mlx-lm refuses is refused, by the name of the tensor or of its layer.
 * - Of a type whose tensors nothing lists, what shows without a list is refused, and a whole one is accepted.
 * - A tensor of a dtype that MLX does not read is refused by its name.
 * - Who knows nothing of an architecture, and says so, is not judged by it.
 */
import fc from "fast-check";
import {
  type HeaderEntry,
  joinSafetensors,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { scenario, type Verdict, type World } from "../../harness/mod.ts";
import { moduleFiles, type ModuleModel, moduleModels } from "./modules/module_models.ts";
import { UNLISTED_MODELS, unlistedModel } from "./modules/unlisted_models.ts";
import { answerFor } from "./verdicts/verdict_cases.ts";

/** Dtypes of the format on which `mx.load` of MLX 0.32.4 fails, and their bits. */
const UNREADABLE = [
  ["F64", 64],
  ["F8_E5M2", 8],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
] as const;

export const otherFamilies = scenario({
  name: "load/other_families",
  pieceBytes: [8192],
  covers: ["LOAD-SOUND", "LOAD-TENSORS", "LOAD-SHAPES", "LOAD-FACTS", "LOAD-VERDICT"],
  goals: ["a sound model", "a tensor that is wrong"],
  given: { model: fc.nat(10_000), choose: fc.nat(6 * UNLISTED_MODELS - 1) },
  async check({ model: at, choose }, world, verdict) {
    const models = moduleModels();
    const model = models[at % models.length];
    if (model === undefined) return;
    const what = `a model of ${model.module}, ${model.packing}`;
    const subject = world.start();
    const repository = "mlx-community/Families-4bit";
    await placeModel(world, moduleFiles(model), { repository, isDownloaded: false });
    const { loadable, findings, runtimes, tensorCount } = await verdict.attempt("LOAD-SOUND", () =>
      subject.check({ repository }),
    );
    const errors = findings.filter(({ level }) => level === "error");
    if (errors.some(({ cause }) => cause === "unsupported-architecture")) {
      verdict.skip("LOAD-SOUND", `it does not know ${model.module}`);
      return;
    }
    const said = errors.map(({ cause, path, detail }) => `${cause} ${path}: ${detail}`).join("; ");
    verdict.holds("LOAD-SOUND", loadable, () => `${what}, is called not loadable: ${said}`);
    verdict.reached("a sound model");
    const isCounted = tensorCount === 0 || tensorCount === model.tensors.length;
    verdict.holds("LOAD-FACTS", isCounted, () => `${what}, is said to have ${tensorCount} tensors`);
    const isSaid = answerFor(runtimes ?? [], "mlx-lm", "0.32.2") ?? true;
    verdict.holds("LOAD-VERDICT", isSaid, () => `mlx-lm 0.32.2 is said not to load ${what}`);

    if (choose % 2 === 0) await judgeUnlisted(Math.floor(choose / 2), world, verdict);
    else await judgeUnreadable({ model, choose }, world, verdict);
    const damage = model.refused[choose % Math.max(model.refused.length, 1)];
    if (damage === undefined) return;
    const id = damage[0] === "shorter" ? "LOAD-SHAPES" : "LOAD-TENSORS";
    const broken = "mlx-community/Broken-4bit";
    await placeModel(world, moduleFiles(model, damage), {
      repository: broken,
      isDownloaded: false,
    });
    const report = await verdict.attempt(id, () => subject.check({ repository: broken }));
    if (report.findings.some(({ cause }) => cause === "unsupported-architecture")) {
      verdict.skip(id, `it does not know ${model.module}`);
      return;
    }
    const isNamed = report.findings.some(
      ({ level, detail }) => level === "error" && detail.includes(layerOf(damage[1])),
    );
    verdict.holds(
      id,
      !report.loadable && isNamed,
      () =>
        `${what}, with ${damage[1]} ${damage[0]}, is called ${report.loadable ? "loadable" : "not loadable, and no error names that tensor"}`,
    );
    verdict.reached("a tensor that is wrong");
  },
});

/** A model of a type whose tensors nothing lists. */
async function judgeUnlisted(choose: number, world: World, verdict: Verdict): Promise<void> {
  const { name, files, wrong } = unlistedModel(choose);
  const repository = "mlx-community/Unlisted-4bit";
  await placeModel(world, files, { repository, isDownloaded: false });
  const id = wrong?.id ?? "LOAD-SOUND";
  const report = await verdict.attempt(id, () => world.start().check({ repository }));
  const errors = report.findings.filter(({ level }) => level === "error");
  // Who knows nothing of the type, and says so, is not judged by it.
  if (errors.some(({ cause }) => cause === "unsupported-architecture")) return;
  const said = () => errors.map(({ cause, detail }) => `${cause}: ${detail}`).join("; ");
  if (wrong === undefined)
    verdict.holds(id, report.loadable, () => `unlisted, ${name}: it is not loadable: ${said()}`);
  else
    verdict.holds(
      id,
      !report.loadable && errors.some(({ detail }) => detail.includes(wrong.named)),
      () => `unlisted, ${name}: no error names ${wrong.named}; found: ${said() || "none"}`,
    );
}

/** One tensor has a dtype that the format knows, and that no version of MLX reads. */
async function judgeUnreadable(
  { model, choose }: { readonly model: ModuleModel; readonly choose: number },
  world: World,
  verdict: Verdict,
): Promise<void> {
  const [dtype = "F64", bits = 64] = UNREADABLE[choose % UNREADABLE.length] ?? [];
  const files = moduleFiles(model);
  const weights = files.find(({ path }) => path === "model.safetensors");
  const { entries, metadata, data } = splitSafetensors(weights?.bytes ?? Buffer.of());
  const [name = "", entry] = [...entries][choose % Math.max(entries.size, 1)] ?? [];
  const count = entry?.shape.reduce((product, one) => product * one, 1) ?? 0;
  const sizeBytes = (count * bits) / 8;
  if (entry === undefined || !Number.isInteger(sizeBytes)) return;
  const header = {
    __metadata__: metadata,
    // It lies behind all others, which leaves a gap at its own place, so that they move up.
    ...movedLast(entries, { name, dtype, sizeBytes }),
  };
  const [from, to] = entry.data_offsets;
  const value = new Uint8Array(sizeBytes).map((_, at) => (at * 37) % 251);
  const rest = [data.subarray(0, from), data.subarray(to), value];
  const bytes = joinSafetensors(JSON.stringify(header), Buffer.concat(rest));
  const after = files.map((file) => (file === weights ? { ...file, bytes } : file));
  const repository = "mlx-community/Unreadable-4bit";
  await placeModel(world, after, { repository, isDownloaded: false });
  const report = await verdict.attempt("LOAD-SHAPES", () => world.start().check({ repository }));
  const isNamed = report.findings.some(
    ({ level, detail }) => level === "error" && detail.includes(layerOf(name)),
  );
  verdict.holds(
    "LOAD-SHAPES",
    !report.loadable && isNamed,
    () =>
      `a model of ${model.module} with ${name} as ${dtype} is called ${report.loadable ? "loadable" : "not loadable, and no error names that tensor"}`,
  );
}

/** The entries that change when one tensor gets another dtype and goes to the end of the data. */
function movedLast(
  entries: ReadonlyMap<string, HeaderEntry>,
  last: { readonly name: string; readonly dtype: string; readonly sizeBytes: number },
): Record<string, HeaderEntry> {
  const { name, dtype, sizeBytes } = last;
  const [from, to] = entries.get(name)?.data_offsets ?? [0, 0];
  const end = Math.max(...[...entries.values()].map(({ data_offsets: [, one] }) => one));
  const place = end - (to - from);
  const moved = [...entries].map(([other, entry]): [string, HeaderEntry] => {
    const [start, until] = entry.data_offsets;
    if (other === name)
      return [other, { ...entry, dtype, data_offsets: [place, place + sizeBytes] }];
    const by = start >= to ? to - from : 0;
    return [other, { ...entry, data_offsets: [start - by, until - by] }];
  });
  return Object.fromEntries(moved);
}

/** A layer may be named in place of one of its tensors. */
function layerOf(tensor: string): string {
  return tensor.slice(0, tensor.lastIndexOf("."));
}
