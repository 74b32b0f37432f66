/**
 * One tensor of a model of any module of mlx-lm has a dtype that the format knows, and that no version of MLX reads.
 *
 * Invariants checked:
 * - It is refused by the tensor's name, or that of its layer.
 */
import fc from "fast-check";
import {
  type HeaderEntry,
  joinSafetensors,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";
import { moduleFiles, moduleModels } from "./modules/module_models.ts";

/** Dtypes of the format on which `mx.load` of MLX 0.32.4 fails, and their bits. */
const UNREADABLE = [
  ["F64", 64],
  ["F8_E5M2", 8],
  ["F4", 4],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
] as const;

export const unreadDtypes = scenario({
  name: "load/unread_dtypes",
  pieceBytes: [8192],
  covers: ["LOAD-SHAPES"],
  given: { model: fc.nat(9_999), choose: fc.nat(10_000) },
  async check({ model: at, choose }, world, verdict) {
    const all = moduleModels();
    const model = all[at % all.length];
    if (model === undefined) return;
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
  },
});

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
