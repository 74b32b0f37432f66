import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { fnmatch } from "./fnmatch.ts";

/** Pattern, path, and what Python 3.11 answered to `fnmatch.fnmatchcase(path, pattern)`. */
const VECTORS: readonly (readonly [pattern: string, path: string, matches: boolean])[] = [
  ["*.safetensors", "model.safetensors", true],
  ["*.safetensors", "a/b/model.safetensors", true],
  ["*.json", "1_Pooling/config.json", true],
  ["*.json", ".cache/x.json", true],
  ["*.json", ".json", true],
  ["*.json", "CONFIG.JSON", false],
  ["*.JSON", "config.json", false],
  ["*.json", "config.json.bak", false],
  ["model-*.safetensors", "model-00001-of-00002.safetensors", true],
  ["model*.safetensors", "onnx/model.safetensors", false],
  ["tokenizer.model", "tokenizer.model", true],
  ["tokenizer.model", "tokenizerXmodel", false],
  ["tokenizer.model", "sub/tokenizer.model", false],
  ["*", "", true],
  ["*", "a/b/.c", true],
  ["**", "a/b", true],
  ["a**b", "a/x/b", true],
  ["a/**/b", "a/b", false],
  ["a/**/b", "a/x/y/b", true],
  ["*a*a*b", "aaaab", true],
  ["*a*a*b", "aaaa", false],
  ["", "", true],
  ["", "a", false],
  ["?", "a", true],
  ["?", "", false],
  ["?", "/", true],
  ["?", ".", true],
  ["?", "ab", false],
  ["??", "\u00e9", false],
  ["??", "e\u0301", true],
  ["\u00e9", "e\u0301", false],
  ["?", "\ud83d\ude00", true],
  ["??", "\ud83d\ude00", false],
  ["[\ud83d\ude00]", "\ud83d\ude00", true],
  ["[\ud83d\ude00-\ud83d\ude02]", "\ud83d\ude01", true],
  ["[\ud83d\ude00-\ud83d\ude02]", "\ud83d\ude03", false],
  ["[!\ud83d\ude00]", "\ud83d\ude01", true],
  ["*\ud83d\ude00", "model \ud83d\ude00", true],
  ["[\uff00-\ud800\udc00]", "\uffff", true],
  ["[abc]", "b", true],
  ["[abc]", "d", false],
  ["[abc]", "B", false],
  ["[a-c]", "b", true],
  ["[a-c]", "-", false],
  ["[!a]", "b", true],
  ["[!a]", "a", false],
  ["[!a]", "/", true],
  ["[!a]", "", false],
  ["[^a]", "^", true],
  ["[^a]", "b", false],
  ["[]a]", "]", true],
  ["[]a]", "a", true],
  ["[!]a]", "]", false],
  ["[!]a]", "b", true],
  ["[a-]", "-", true],
  ["[a-]", "a", true],
  ["[a-]", "b", false],
  ["[-a]", "-", true],
  ["[!-a]", "-", false],
  ["[!-a]", "b", true],
  ["[b-a]", "a", false],
  ["[b-a]", "b", false],
  ["[!b-a]", "x", true],
  ["[!b-a]", "a", true],
  ["[xb-ay]", "x", true],
  ["[xb-ay]", "b", false],
  ["[a-c-e]", "d", false],
  ["[a-c-e]", "-", true],
  ["[a--b]", "b", true],
  ["[a--b]", "-", false],
  ["[--0]", ".", true],
  ["[+--]", ",", true],
  ["[]-a]", "^", true],
  ["[", "[", true],
  ["[", "a", false],
  ["[a", "[a", true],
  ["[a", "a", false],
  ["a[", "a[", true],
  ["[]", "[]", true],
  ["[!", "[!", true],
  ["[!]", "[!]", true],
  ["[]]", "]", true],
  ["[[]", "[", true],
  ["[[]1]", "[1]", true],
  ["[*]", "*", true],
  ["[*]", "a", false],
  ["[?]", "?", true],
  ["[?]", "a", false],
  ["a/[b/c", "a/[b/c", true],
  ["[/]", "/", true],
  ["x[!/]y", "x/y", false],
  ["a.b", "axb", false],
  ["a+b", "aab", false],
  ["a+b", "a+b", true],
  ["(a|b)", "a", false],
  ["(a|b)", "(a|b)", true],
  ["a{1,2}", "aa", false],
  ["{a,b}", "a", false],
  ["{a,b}", "{a,b}", true],
  ["^a$", "a", false],
  ["^a$", "^a$", true],
  ["a$", "a", false],
  ["\\*", "\\x", true],
  ["\\*", "*", false],
  ["\\", "\\", true],
  ["[\\]", "\\", true],
  ["[\\d]", "5", false],
  ["\\d", "5", false],
  ["[&&a]", "&", true],
  ["[a~~b]", "~", true],
  ["[a||b]", "|", true],
  ["a\nb", "a\nb", true],
  ["a*b", "a\nb", true],
  ["a?b", "a\nb", true],
  ["*.json", "a.json\n", false],
  ["a", "a\n", false],
  ["[!x]", "\n", true],
  ["a-b", "a-b", true],
  ["a b", "a b", true],
  ["a%20b", "a b", false],
  ["a#b", "a#b", true],
  ["$&", "$&", true],
  ["/", "/", true],
  ["*/", "a/", true],
  ["a/*", "a/", true],
  ["*.", "a.", true],
  [".*", ".gitattributes", true],
  [".*", "a/.gitattributes", false],
  ["*a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true],
  ["*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false],
];

test("fnmatch() answers as Python's fnmatchcase for every recorded vector", () => {
  const wrong = VECTORS.filter(([pattern, path, matches]) => fnmatch(pattern, path) !== matches);
  assert.deepEqual(wrong, []);
  assert.ok(VECTORS.length >= 60);
});

test("fnmatch() stays quick on a pattern of many stars that does not match", () => {
  const startedAt = performance.now();
  assert.equal(fnmatch("*a".repeat(50) + "b", "a".repeat(5_000)), false);
  assert.ok(performance.now() - startedAt < 2_000);
});

test("fnmatch() matches every path with itself once its special characters are bracketed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (path) => {
      const literal = Array.from(path, (char) => ("*?[".includes(char) ? `[${char}]` : char));
      assert.equal(fnmatch(literal.join(""), path), true);
      assert.equal(fnmatch(literal.join(""), `${path}x`), false);
    }),
  );
});

/** Short texts from an alphabet that makes brackets, ranges and matches likely. */
function awkwardText(alphabet: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...alphabet), { maxLength, size: "max" })
    .map((characters) => characters.join(""));
}

const PATTERN = awkwardText(
  [
    "*",
    "?",
    "[",
    "]",
    "!",
    "-",
    "^",
    "a",
    "b",
    "c",
    ".",
    "/",
    "\\",
    "|",
    "&",
    "\n",
    "😀",
    "\uFF5E",
  ],
  9,
);
const PATH = awkwardText(["a", "b", "c", "-", "]", ".", "/", "^", "\n", "😀", "\uFF5E"], 4);

const PYTHON_SOURCE = `
import fnmatch, json, sys
pairs = json.load(sys.stdin)
json.dump([fnmatch.fnmatchcase(path, pattern) for pattern, path in pairs], sys.stdout)
`;

test("fnmatch() answers as the Python at hand for generated patterns", (context) => {
  const python = process.env["MLX_LAYOUT_PYTHON"] ?? "";
  if (python === "") {
    context.skip("MLX_LAYOUT_PYTHON does not name a Python interpreter");
    return;
  }
  const seed = Number(process.env["MLX_LAYOUT_SEED"] ?? Date.now() % 2 ** 31);
  const pairs = fc.sample(fc.tuple(PATTERN, PATH), { seed, numRuns: 20_000 });
  const run = spawnSync(python, ["-X", "utf8", "-c", PYTHON_SOURCE], {
    input: JSON.stringify(pairs),
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  assert.equal(run.status, 0, `${python} failed: ${run.error?.message ?? run.stderr}`);
  const answers: unknown = JSON.parse(run.stdout);
  assert.ok(Array.isArray(answers) && answers.length === pairs.length);
  const wrong = pairs
    .filter(([pattern, path], at) => fnmatch(pattern, path) !== answers[at])
    .toSorted((one, other) => one.join("").length - other.join("").length);
  assert.deepEqual(wrong.slice(0, 5), [], `seed ${seed} found ${wrong.length} differences`);
  // Were the answers all alike, the comparison would prove nothing.
  assert.ok(answers.filter((matches) => matches === true).length > 500);
});
