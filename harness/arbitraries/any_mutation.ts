import fc from "fast-check";

/** One change of a valid input; plain data. Places are shares of the input, from 0 to 1. */
export type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "remove"; readonly at: number; readonly share: number }
  | { readonly kind: "insert"; readonly at: number; readonly text: string }
  | { readonly kind: "repeat"; readonly at: number; readonly share: number; readonly times: number }
  /** Of a JSON text: another value at a place, or another name. */
  | { readonly kind: "value"; readonly at: number; readonly json: string }
  | { readonly kind: "rename"; readonly at: number; readonly name: string };

/** Texts that parsers stumble over. */
const PIECES = [
  "[",
  "{",
  '"',
  "\\",
  "\\u0000",
  "\u0000",
  "\ufeff",
  "\ud800",
  "<",
  ">",
  ";",
  ",",
  "{{",
  "{%",
  "{#",
  "%}",
  "NaN",
  "-Infinity",
  "1e999",
  "<!--",
  "-->",
  "../",
  "\r\n",
  "__proto__",
] as const;

/** Values that no format allows in most places. */
const VALUES = [
  "null",
  "true",
  "-1",
  "0",
  "1e9",
  "1e308",
  "9007199254740993",
  "0.5",
  '""',
  '"__proto__"',
  '"constructor"',
  '"../../x"',
  '"\\ud800"',
  "[]",
  "{}",
  "[[[[[[[[]]]]]]]]",
  `${"[".repeat(200)}${"]".repeat(200)}`,
  `"${"a".repeat(5000)}"`,
  `[${Array.from({ length: 3000 }, () => "1").join()}]`,
  '"^(([a-z ]|[a-z ])*)*#$"',
  '{"Regex":"^(a|a)*$b"}',
  '{"type":"Sequence","normalizers":[]}',
  '"{% for i in range(100000000) %}x{% endfor %}"',
] as const;

const NAMES = ["__proto__", "constructor", "toString", "", "length", "type", "a/../b"] as const;

/** Draws up to five changes: of bytes, of structure, and ones that make an input large. */
export function anyMutations(): fc.Arbitrary<readonly Mutation[]> {
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  const share = fc.double({ min: 0, max: 0.3, noNaN: true });
  const piece = fc.constantFrom(...PIECES);
  const count = fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1, max: 8 }) },
    { weight: 1, arbitrary: fc.integer({ min: 100, max: 50_000 }) },
  );
  const text = fc.tuple(piece, count).map(([part, times]) => part.repeat(times));
  const value = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...VALUES) },
    { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
  );
  const one: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant("cut" as const), at }),
    fc.record({ kind: fc.constant("remove" as const), at, share }),
    fc.record({ kind: fc.constant("insert" as const), at, text }),
    fc.record({ kind: fc.constant("repeat" as const), at, share, times: count }),
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("value" as const), at, json: value }),
    },
    fc.record({ kind: fc.constant("rename" as const), at, name: fc.constantFrom(...NAMES) }),
  );
  return fc.array(one, { minLength: 1, maxLength: 5 });
}

/** No input becomes larger than this, in bytes. */
const MUTATED_BYTES_MAX = 4 * 1024 * 1024;

/** A valid input after some changes; what makes no sense for it is left out. */
export function mutate(seed: Uint8Array, mutations: readonly Mutation[]): Uint8Array {
  return mutations.reduce((bytes, mutation) => {
    const changed = mutateOnce(bytes, mutation);
    return changed.length > MUTATED_BYTES_MAX ? bytes : changed;
  }, seed);
}

function mutateOnce(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  const index = Math.floor(mutation.at * bytes.length);
  const before = bytes.subarray(0, index);
  switch (mutation.kind) {
    case "flip": {
      const flipped = Uint8Array.from(bytes);
      const byte = flipped[index];
      if (byte !== undefined) flipped[index] = byte ^ (1 << mutation.bit);
      return flipped;
    }
    case "cut":
      return before;
    case "remove":
      return joined(before, bytes.subarray(index + Math.ceil(mutation.share * bytes.length)));
    case "insert":
      return joined(before, new TextEncoder().encode(mutation.text), bytes.subarray(index));
    case "repeat": {
      const part = bytes.subarray(index, index + Math.ceil(mutation.share * bytes.length));
      const timesMax = Math.floor(MUTATED_BYTES_MAX / Math.max(1, part.length));
      const parts = Array.from({ length: Math.min(mutation.times, timesMax) }, () => part);
      return joined(before, ...parts, bytes.subarray(index));
    }
    case "value":
    case "rename":
      return mutateJson(bytes, mutation);
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Replaces one value or name of a JSON text, found by counting them; other texts are left as they are. */
function mutateJson(
  bytes: Uint8Array,
  mutation: Extract<Mutation, { readonly kind: "value" | "rename" }>,
): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Changes before this one have made it something else.
    return bytes;
  }
  const places = placesIn(json);
  const place = places[Math.floor(mutation.at * places.length)];
  if (place === undefined) return bytes;
  // A name of its own, so that what stands there can be any text.
  const tag = "\u2063place\u2063";
  const { holder, key } = place;
  const held = holder[key];
  if (mutation.kind === "value") {
    holder[key] = tag;
    return encode(JSON.stringify(json).replace(`"${tag}"`, () => mutation.json));
  }
  Reflect.deleteProperty(holder, key);
  holder[tag] = held;
  const name = JSON.stringify(mutation.name);
  return encode(JSON.stringify(json).replace(`"${tag}"`, () => name));
}

/** So many places of one text can be changed; they are spread over it. */
const PLACES_MAX = 2_000;

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(json: unknown): readonly Place[] {
  const places: Place[] = [];
  const open: unknown[] = [json];
  while (open.length > 0 && places.length < PLACES_MAX) {
    const at = open.shift();
    if (typeof at !== "object" || at === null) continue;
    const holder = at as Record<string, unknown>;
    for (const key of Object.keys(holder).slice(0, 200)) {
      places.push({ holder, key });
      open.push(holder[key]);
    }
  }
  return places;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
