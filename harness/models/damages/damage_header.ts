import type { CheckCause } from "../../../spec/mod.ts";
import {
  type Damage,
  type DamageEntry,
  namedDamages,
  pick,
  pickWeights,
  tensorPlaces,
  withFile,
} from "./damage.ts";
import { HEADER_LENGTH_LIMIT_BYTES } from "./foreign_bytes.ts";
import type { ModelFile, TinyModel } from "../model_file.ts";
import { type HeaderEntry, splitSafetensors } from "../split_safetensors.ts";
import { joinSafetensors } from "../write_safetensors.ts";

/** Some look as if they aligned what follows; the format has none. */
const GAP_BYTES = [64, 8, 4, 3, 1] as const;

/** A weight file whose header is wrong or cannot be read: `LOAD-HEADER`, `LOAD-EXTENTS`. */
export const HEADER_DAMAGES: readonly Damage[] = namedDamages({
  "header-length-over-limit": headerLength(BigInt(HEADER_LENGTH_LIMIT_BYTES + 1)),
  "header-length-of-64-bits": headerLength(0xffff_ffff_ffff_ffffn),
  "header-length-zero": { ...headerLength(0n), cause: "bad-header" },
  "header-not-json": headerText(() => "{no"),
  "header-an-array": headerText((text) => `[${text}]`),
  "header-empty-object-over-data": {
    ...headerText(() => "{}"),
    alsoRight: ["trailing-bytes", "missing-tensor", "missing-weights"],
  },
  "header-metadata-not-text": headerText((text) =>
    text.replace('"format":"mlx"', '"format":1,"made":[]'),
  ),
  "header-metadata-no-object": headerText((text, choose) =>
    withMetadata(text, ["5", "true"][choose % 2] ?? "5"),
  ),
  "header-metadata-another-form": {
    // MLX reads nothing of it; the format has an object there.
    ...headerText((text, choose) => withMetadata(text, ["[]", '"mlx"'][choose % 2] ?? "[]")),
    acceptedByMlx: true,
    mayLoad: true,
  },
  "header-key-twice": {
    ...headerText((text, choose) => {
      const entries = Object.entries(JSON.parse(text) as Record<string, unknown>).slice(1);
      const [name, entry] = pick(entries, choose);
      return `${text.trimEnd().slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(entry)}}`;
    }),
    cause: "duplicate-tensor",
    alsoRight: ["bad-header"],
    acceptedByMlx: true,
  },
  "header-key-twice-by-escapes": {
    ...headerText((text, choose) => {
      const entries = Object.entries(JSON.parse(text) as Record<string, unknown>).slice(1);
      const [name, entry] = pick(entries, choose);
      return `${text.trimEnd().slice(0, -1)},${escaped(name)}:${JSON.stringify(entry)}}`;
    }),
    cause: "duplicate-tensor",
    alsoRight: ["bad-header"],
    acceptedByMlx: true,
  },
  "tensors-overlap": relaid({ move: () => -4, cause: "overlap" }),
  // The second begins where the first does.
  "tensors-begin-together": relaid({ move: (sizeBytes) => -sizeBytes, cause: "overlap" }),
  "tensors-leave-a-gap": {
    ...relaid({ move: (_, choose) => pick(GAP_BYTES, choose >>> 3), cause: "overlap" }),
    alsoRight: ["out-of-range"],
  },
  "offsets-out-of-range": entryEdit("out-of-range", (entry, { dataBytes }) => {
    const sizeBytes = entry.data_offsets[1] - entry.data_offsets[0];
    entry.data_offsets = [dataBytes, dataBytes + sizeBytes];
  }),
  "offsets-reversed": entryEdit("out-of-range", (entry) => {
    entry.data_offsets = [entry.data_offsets[1], entry.data_offsets[0]];
  }),
  "offsets-negative": entryEdit("out-of-range", (entry) => {
    const [start, end] = entry.data_offsets;
    entry.data_offsets = [-8, end - start - 8];
  }),
  "entry-of-another-kind": entryEdit("bad-header", (entry, { choose }) => {
    const { dtype, shape, data_offsets: offsets } = entry;
    const others: readonly object[] = [
      { dtype: 32 },
      { dtype: null },
      { dtype: [dtype] },
      { shape: shape.join() },
      { shape: shape.map(String) },
      { shape: { 0: shape[0], 1: shape[1] } },
      { shape: [shape[0], 0.5] },
      { data_offsets: [offsets[0]] },
      { data_offsets: [...offsets, offsets[1]] },
      { data_offsets: offsets.map(String) },
      { data_offsets: offsets[1] },
      { data_offsets: { 0: offsets[0], 1: offsets[1] } },
    ];
    Object.assign(entry, others[choose % others.length]);
  }),
  "entry-that-is-none": headerText((text, choose) => {
    const other = ["5", "null", "[]", '"F32"', "true"][choose % 5];
    return `${text.trimEnd().slice(0, -1)},"model.none":${other}}`;
  }),
  "offsets-absent": entryEdit("bad-header", (entry) =>
    Reflect.deleteProperty(entry, "data_offsets"),
  ),
  "offsets-not-whole": {
    ...entryEdit("bad-header", (entry) => {
      const [start, end] = entry.data_offsets;
      entry.data_offsets = [start + 0.5, end + 0.5];
    }),
    acceptedByMlx: true,
  },
  "offsets-shorter-than-shape": entryEdit("shape", (entry) => {
    entry.data_offsets = [entry.data_offsets[0], entry.data_offsets[1] - 4];
  }),
  "shape-absent": entryEdit("bad-header", (entry) => Reflect.deleteProperty(entry, "shape")),
  "shape-negative": entryEdit("shape", (entry) => {
    entry.shape = entry.shape.map((length) => -length);
  }),
  "shape-beyond-32-bits": {
    // MLX keeps only the lower 32 bits of a length.
    ...entryEdit("shape", (entry) => {
      entry.shape = entry.shape.map((length) => length + 2 ** 32);
    }),
    acceptedByMlx: true,
  },
  "dtype-unknown": entryEdit("dtype", (entry) => {
    entry.dtype = "F24";
  }),
});

/** Says another length of the header than it has. */
function headerLength(length: bigint): DamageEntry {
  return {
    cause: "header-too-large",
    alsoRight: ["bad-header", "truncated"],
    acceptedByMlx: false,
    apply: (model, choose) => {
      const { path, bytes } = pickWeights(model, choose);
      const copy = bytes.slice();
      new DataView(copy.buffer).setBigUint64(0, length, true);
      return withFile(model, { path, bytes: copy });
    },
  };
}

function headerText(change: (text: string, choose: number) => string): DamageEntry {
  return {
    cause: "bad-header",
    acceptedByMlx: false,
    apply: (model, choose) => {
      const { path, bytes } = pickWeights(model, choose);
      const { dataStartBytes, data } = splitSafetensors(bytes);
      const text = new TextDecoder().decode(bytes.subarray(8, dataStartBytes));
      return withFile(model, { path, bytes: joinSafetensors(change(text, choose), data) });
    },
  };
}

/** Changes what the header says about one chosen matrix; the data stays as it is. */
function entryEdit(
  cause: CheckCause,
  edit: (
    entry: HeaderEntry,
    facts: { readonly dataBytes: number; readonly choose: number },
  ) => unknown,
): DamageEntry {
  return {
    cause,
    alsoRight: cause === "bad-header" ? [] : ["bad-header", "overlap"],
    acceptedByMlx: false,
    apply: (model, choose) => {
      const places = tensorPlaces(model).filter(({ entry }) => entry.shape.length === 2);
      const { path, bytes, name } = pick(places, choose);
      const { metadata, entries, data } = splitSafetensors(bytes);
      const changed = structuredClone(Object.fromEntries(entries));
      edit(
        pick(
          [changed[name]].filter((entry) => entry !== undefined),
          0,
        ),
        {
          dataBytes: data.length,
          choose,
        },
      );
      const header = JSON.stringify({ __metadata__: metadata, ...changed });
      return withFile(model, { path, bytes: joinSafetensors(header, data) });
    },
  };
}

/** Moves all tensors behind the first one nearer or farther; sizes and the file's end still fit. */
function relaid(options: {
  /** By how many bytes, given the size of the tensor before the seam. */
  readonly move: (sizeBytes: number, choose: number) => number;
  readonly cause: CheckCause;
}): DamageEntry {
  const { move, cause } = options;
  return {
    cause,
    acceptedByMlx: true,
    appliesTo: (model) => filesWithSeam(model).length > 0,
    apply: (model, choose) => {
      const { path, bytes } = pick(filesWithSeam(model), choose);
      const { metadata, entries, data } = splitSafetensors(bytes);
      const list = [...entries];
      const [, first] = pick(list.slice(0, -1), choose);
      const [start, seam] = first.data_offsets;
      const moveBytes = move(seam - start, choose);
      const moved = list.map(([name, entry]) => {
        const [from, to] = entry.data_offsets;
        const offsets = from >= seam ? [from + moveBytes, to + moveBytes] : [from, to];
        return [name, { ...entry, data_offsets: offsets }] as const;
      });
      const ends = moved.map(([, { data_offsets: offsets }]) => offsets[1] ?? 0);
      const relaidData = new Uint8Array(Math.max(...ends));
      relaidData.set(data.subarray(0, Math.min(seam, relaidData.length)));
      relaidData.set(data.subarray(seam), seam + moveBytes);
      const header = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(moved) });
      return withFile(model, { path, bytes: joinSafetensors(header, relaidData) });
    },
  };
}

/** A header with another value of its metadata. */
function withMetadata(text: string, value: string): string {
  return text.replace(/"__metadata__":\{[^}]*\}/, `"__metadata__":${value}`);
}

/** A text of JSON in which the first character is written by its number. */
function escaped(text: string): string {
  const code = text.charCodeAt(0).toString(16).padStart(4, "0");
  return `"\\u${code}${JSON.stringify(text.slice(1)).slice(1)}`;
}

/** Weight files in which one tensor follows another. */
function filesWithSeam(model: TinyModel): ModelFile[] {
  return model.files.filter(
    ({ path, bytes }) =>
      model.weightFiles.includes(path) && splitSafetensors(bytes).entries.size > 1,
  );
}
