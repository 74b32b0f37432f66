import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPage } from "./next_page.ts";

const PAGE = "https://hub.test/api/models/o/n/tree/abc?recursive=true";

const CASES: readonly (readonly [link: string | null, next: string | undefined])[] = [
  [null, undefined],
  ["", undefined],
  ['<https://hub.test/p2>; rel="next"', "https://hub.test/p2"],
  ["<https://hub.test/p2>; rel=next", "https://hub.test/p2"],
  ['<https://hub.test/p2>;rel="next"', "https://hub.test/p2"],
  ['</p2?cursor=a%3D>; rel="next"', "https://hub.test/p2?cursor=a%3D"],
  ['<?cursor=2>; rel="next"', "https://hub.test/api/models/o/n/tree/abc?cursor=2"],
  ['<https://hub.test/p2>; title="a, b; c"; rel="next"', "https://hub.test/p2"],
  ['<https://hub.test/p0>; rel="prev", <https://hub.test/p2>; rel="next"', "https://hub.test/p2"],
  ['<https://hub.test/p2>; rel="last next"', "https://hub.test/p2"],
  ['<https://hub.test/p2>; REL="NEXT"', "https://hub.test/p2"],
  ['<https://hub.test/p2,3>; rel="next"', "https://hub.test/p2,3"],
  ['<https://hub.test/p2>; rel="nextpage"', undefined],
  ['<https://hub.test/p1>; rel="prev"; rel="next"', undefined],
];

for (const [link, next] of CASES) {
  test(`nextPage() reads ${link}`, () => {
    assert.equal(nextPage({ url: PAGE, link }), next);
  });
}

test("nextPage() refuses a page that is no web address", () => {
  assert.throws(() => nextPage({ url: PAGE, link: '<file:///etc/passwd>; rel="next"' }), {
    code: "not-a-hub",
  });
});
