import fc from "fast-check";
import type { FaultAction } from "../hub/mod.ts";
import { UNSAFE_PATH_SHAPES } from "./any_unsafe_path.ts";

/** Which answers an attack changes. */
export const ATTACKED = ["info", "tree", "resolve", "cdn"] as const;

/** One kind of answer. */
export type Attacked = (typeof ATTACKED)[number];

/** One untrue answer of a hub that means harm; plain data, so that a failure can be written down and replayed. */
export type Attack =
  /** A header of an answer says something else. */
  | {
      readonly kind: "header";
      readonly on: Attacked;
      readonly name: string;
      readonly value: string;
    }
  /** The answer is a redirect. */
  | {
      readonly kind: "redirect";
      readonly on: Attacked;
      readonly status: number;
      readonly location: string;
    }
  /** A field of the listing's entries, or of the description, says something else. */
  | {
      readonly kind: "field";
      readonly on: "info" | "tree";
      readonly name: string;
      readonly value: unknown;
      /** Which of the entries. @default {all of them} */
      readonly nth?: number;
    }
  /** The whole JSON answer is another value. */
  | { readonly kind: "json"; readonly on: "info" | "tree"; readonly text: string }
  /** Bodies, pages and listings without measure. */
  | { readonly kind: "measure"; readonly on: Attacked; readonly action: FaultAction };

/** Headers that a client might believe. */
const HEADERS = [
  "etag",
  "x-repo-commit",
  "x-linked-etag",
  "x-linked-size",
  "content-range",
  "content-length",
  "content-encoding",
  "content-type",
  "content-disposition",
  "link",
  "retry-after",
  "ratelimit",
  "x-error-code",
  "x-error-message",
] as const;

/** Fields that a client might take for a name, a size or a hash. */
const FIELDS = {
  info: ["sha", "id", "siblings", "tags", "library_name", "private", "__proto__"],
  tree: ["path", "oid", "size", "type", "lfs", "xetHash", "__proto__"],
} as const;

/**
 * Draws attacks: values that aim outside the root (up, absolute, by drive, by NUL and line break, as parts of an address),
 * names of JavaScript's own objects, numbers beyond measure, JSON of wrong types, and everything without end.
 */
export function anyAttack(): fc.Arbitrary<Attack> {
  return fc.oneof(
    { weight: 8, arbitrary: anyHeaderAttack() },
    { weight: 4, arbitrary: anyRedirectAttack() },
    { weight: 8, arbitrary: anyFieldAttack() },
    { weight: 2, arbitrary: anyJsonAttack() },
    { weight: 1, arbitrary: anyMeasureAttack() },
  );
}

/** What a table of attacks calls one. */
export function attackName(attack: Attack): string {
  switch (attack.kind) {
    case "header":
      return `header ${attack.name}`;
    case "redirect":
      return `redirect ${attack.status}`;
    case "field":
      return `field ${attack.on} ${attack.name}`;
    case "json":
      return `json ${attack.on}`;
    case "measure":
      return attack.action.type;
  }
}

function anyHeaderAttack(): fc.Arbitrary<Attack> {
  return fc.record({
    kind: fc.constant("header" as const),
    on: fc.constantFrom(...ATTACKED),
    name: fc.constantFrom(...HEADERS),
    value: fc.oneof(
      anyHostileText(),
      anyHostileText().map((text) => `"${text}"`),
      fc.constantFrom(
        "bytes 0-0/1",
        "bytes 5-4/3",
        "bytes 0-99999999999999999999/*",
        "bytes */0",
        "gzip",
        "br",
        "identity, gzip",
        "*",
        "deflate",
        '<https://evil.test/next>; rel="next"',
        '<//evil.test/x>; rel="next"',
        "<>; rel=next",
        '<file:///etc/passwd>; rel="next"',
        '"api";r=0;t=99999999999',
        "99999999999999",
      ),
    ),
  });
}

function anyRedirectAttack(): fc.Arbitrary<Attack> {
  return fc.record({
    kind: fc.constant("redirect" as const),
    on: fc.constantFrom(...ATTACKED),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    location: fc.oneof(
      anyHostileText(),
      fc.constantFrom(
        "https://evil.test/x",
        "//evil.test/x",
        "https://user:pass@evil.test/x",
        "file:///etc/passwd",
        "javascript:0",
        "data:text/plain,x",
        "ftp://evil.test/x",
        "http://[::1",
        "https://evil.test\\@hub.test/",
        "https:evil.test",
        "",
        "?",
        "#",
        "http://169.254.169.254/latest/meta-data",
        "https://evil.test:99999/",
      ),
    ),
  });
}

function anyFieldAttack(): fc.Arbitrary<Attack> {
  return fc.constantFrom("info" as const, "tree" as const).chain((on) =>
    fc.record(
      {
        kind: fc.constant("field" as const),
        on: fc.constant(on),
        name: fc
          .constantFrom(...FIELDS[on], "path", "oid")
          .filter((name) => on === "tree" || !["path", "oid"].includes(name)),
        value: fc.oneof(
          { weight: 3, arbitrary: anyHostileText() },
          { weight: 2, arbitrary: anyHostileJson() },
        ),
        nth: fc.nat({ max: 4 }),
      },
      { requiredKeys: ["kind", "on", "name", "value"] },
    ),
  );
}

function anyJsonAttack(): fc.Arbitrary<Attack> {
  const deep = fc.constantFrom(100, 5_000).map((depth) => "[".repeat(depth) + "]".repeat(depth));
  return fc.record({
    kind: fc.constant("json" as const),
    on: fc.constantFrom("info" as const, "tree" as const),
    text: fc.oneof(
      anyHostileJson().map((value) => JSON.stringify(value) ?? ""),
      fc.json(),
      deep,
      fc.constantFrom('{"__proto__":{"polluted":1}}', '[{"__proto__":{"size":1}}]', "[", "\u0000"),
    ),
  });
}

function anyMeasureAttack(): fc.Arbitrary<Attack> {
  const kind = fc.constant("measure" as const);
  const anywhere = fc.record({
    kind,
    on: fc.constantFrom(...ATTACKED),
    action: fc.oneof(
      fc.constantFrom<FaultAction>({ type: "endless-body" }, { type: "redirect-loop" }),
      fc.record({
        type: fc.constant("gzip-bomb" as const),
        inflatedBytes: fc.constantFrom(100_000, 40_000_000, 2 ** 40),
      }),
      fc.record({ type: fc.constant("extra" as const), bytes: fc.constantFrom(1, 100_000) }),
    ),
  });
  const listing = fc.record({
    kind,
    on: fc.constant("tree" as const),
    action: fc.oneof(
      fc.constant<FaultAction>({ type: "endless-pages" }),
      fc.record({
        type: fc.constant("oversize-listing" as const),
        entries: fc.constantFrom(1_000, 201_000),
      }),
    ),
  });
  return fc.oneof({ weight: 4, arbitrary: anywhere }, { weight: 1, arbitrary: listing });
}

/** Texts that aim at something: a place, a parser, an object. */
function anyHostileText(): fc.Arbitrary<string> {
  const shapes = Object.values(UNSAFE_PATH_SHAPES).flatMap((list): readonly string[] => list);
  const up = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom("../", "..\\", "%2e%2e%2f", "..%2f"))
    .map(([count, step]) => `${step.repeat(count)}elsewhere/evil.json`);
  return fc.oneof(
    fc.constantFrom(...shapes).map((shape) => shape.replace("%", "evil.json")),
    up,
    fc.constantFrom(
      "/home/user/elsewhere/evil.json",
      "~/evil.json",
      "$HOME/evil.json",
      "evil.json\n",
      "a\r\nb",
      "__proto__",
      "constructor",
      "prototype",
      "toString",
      "hasOwnProperty",
      "__proto__.json",
      "",
      " ",
      ".",
      "..",
      "...",
      "-1",
      "0",
      "NaN",
      "1e309",
      "0x10",
      "99999999999999999999",
      "CON",
      "\u202egnp.json",
      "\ufeff",
      "\ud800",
      "é".repeat(300),
      ".mlx-layout.json",
      ".cache/mlx-layout/plan.json",
      ".cache/huggingface/download/x.metadata",
      "config.json/x",
    ),
    fc.integer({ min: 256, max: 20_000 }).map((count) => "l".repeat(count)),
    anyBinaryText(),
  );
}

let binaryText: fc.Arbitrary<string> | undefined;

/** Made for the first draw: its table of all characters takes as long as all else at the start of a process. */
function anyBinaryText(): fc.Arbitrary<string> {
  return fc
    .constant(undefined)
    .chain(() => (binaryText ??= fc.string({ unit: "binary", maxLength: 40 })));
}

function anyHostileJson(): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1,
      0.5,
      1e15,
      Number.MAX_SAFE_INTEGER,
      2 ** 53,
      1e308,
      "",
      [],
      {},
      [[]],
      [null],
      { length: 1 },
      { toString: 1 },
      { oid: "../x", size: -1 },
      { oid: "0".repeat(64), size: 1 },
      { size: 2 ** 40 },
      ["mlx"],
      { path: {} },
    ),
    fc.jsonValue({ maxDepth: 3 }),
  );
}
