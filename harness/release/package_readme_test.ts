import assert from "node:assert/strict";
import { test } from "node:test";
import { packageReadme } from "./package_readme.ts";

const README =
  "# both\n\nText.\n\n## Use\n\nSee [a](spec/a.md) and [b](https://b).\n\n## Rest\n\nx\n";
const options = { name: "one", description: "Does one thing.", sections: ["Use"] };

test("packageReadme() has the sections that it is asked for", () => {
  const text = packageReadme(README, options);
  assert.match(text, /^# one\n\nDoes one thing\.\n\n## Install\n[^]*npm install -g one/);
  assert.match(text, /## Use\n\nSee a and \[b\]\(https:\/\/b\)\.\n$/);
  assert.doesNotMatch(text, /Rest/);
});

test("packageReadme() leads to the files of the repository where it is known", () => {
  const text = packageReadme(README, { ...options, repositoryUrl: "https://example.org/o/n" });
  assert.match(text, /\[a\]\(https:\/\/example\.org\/o\/n\/blob\/main\/spec\/a\.md\)/);
});

test("packageReadme() refuses a section that is not there", () => {
  assert.throws(
    () => packageReadme(README, { ...options, sections: ["None"] }),
    /no section "None"/,
  );
});
