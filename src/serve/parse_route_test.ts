import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute, splitTarget } from "./parse_route.ts";

test("routes are read component by component, each decoded once", () => {
  const repository = "org/name";
  const cases: Readonly<Record<string, object>> = {
    "/api/models/org/name": { kind: "info", repository, revision: "main" },
    "/api/models/org/name/revision/refs%2Fpr%2F1": {
      kind: "info",
      repository,
      revision: "refs/pr/1",
    },
    "/api/models/org/name/tree/main": { kind: "tree", repository, revision: "main", folder: "" },
    "/api/models/org/name/tree/main/a/b/": {
      kind: "tree",
      repository,
      revision: "main",
      folder: "a/b",
    },
    "/api/models/org/name/paths-info/main": {
      kind: "paths-info",
      repository,
      revision: "main",
      folder: "",
    },
    "/org/name/resolve/main/a%20b/c%2525.json": {
      kind: "resolve",
      repository,
      revision: "main",
      path: "a b/c%25.json",
    },
    "/org/name/resolve/main/%2e%2e/x": {
      kind: "resolve",
      repository,
      revision: "main",
      path: "../x",
    },
    "/org/name/resolve/main//x": { kind: "resolve", repository, revision: "main", path: "/x" },
    "/org/name/resolve/main/%ff": { kind: "malformed" },
    "/org/name/resolve": { kind: "unknown" },
    "/api/models/org": { kind: "unknown" },
    "/api/models/org/name/commits/main": { kind: "unknown" },
    "/": { kind: "unknown" },
    "*": { kind: "unknown" },
  };
  for (const [path, expected] of Object.entries(cases))
    assert.deepEqual(parseRoute(path), expected, path);
});

test("a target is a path and a query, also in absolute form", () => {
  assert.deepEqual(splitTarget("/a?b=c?d"), { rawPath: "/a", query: "b=c?d" });
  assert.deepEqual(splitTarget("http://host:1/a"), { rawPath: "/a", query: "" });
});
