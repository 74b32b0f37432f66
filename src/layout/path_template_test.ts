import assert from "node:assert/strict";
import { test } from "node:test";
import { LAYOUTS } from "../../spec/mod.ts";
import { fillTemplate, templateComponents } from "./path_template.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const VALUES = { org: "org", name: "name", "model id": "org--name", commit: COMMIT };

test("fillTemplate() writes the path of each layout", () => {
  assert.equal(fillTemplate(LAYOUTS.hubapi, "/r", VALUES), "/r/models/org/name");
  assert.equal(fillTemplate(LAYOUTS.flat, "/r", VALUES), "/r/org--name");
  const snapshot = `/r/models--org--name/snapshots/${COMMIT}`;
  assert.equal(fillTemplate(LAYOUTS["hf-cache"], "/r", VALUES), snapshot);
});

test("templateComponents() read back what fillTemplate() wrote", () => {
  for (const template of Object.values(LAYOUTS)) {
    const names = fillTemplate(template, "/", VALUES).split("/").slice(1);
    const components = templateComponents(template);
    const read = components.map((component, at) => component.match(names[at] ?? ""));
    const asked = [...template.matchAll(/\{([^}]+)\}/g)].map(([, key = ""]) => key).slice(1);
    const expected = Object.fromEntries(
      Object.entries(VALUES).filter(([key]) => asked.includes(key)),
    );
    assert.deepEqual(Object.assign({}, ...read), expected, template);
  }
});

test("a component says how much it decides about a name", () => {
  const kinds = (template: string) => templateComponents(template).map(({ kind }) => kind);
  assert.deepEqual(kinds(LAYOUTS.hubapi), ["literal", "free", "free"]);
  assert.deepEqual(kinds(LAYOUTS.flat), ["free"]);
  assert.deepEqual(kinds(LAYOUTS["hf-cache"]), ["pattern", "literal", "free"]);
});

test("a pattern matches the names of repositories only", () => {
  const [cache, , snapshot] = templateComponents(LAYOUTS["hf-cache"]);
  assert.deepEqual(cache?.match("models--org--name"), { org: "org", name: "name" });
  for (const name of ["models--gpt2", "datasets--org--name", "models", "models--a--b--c"])
    assert.equal(cache?.match(name), undefined, name);
  // Some clients name a snapshot by its branch; no ref could lead to it.
  assert.equal(snapshot?.match("main"), undefined);
});

test("literal text of a pattern is matched as it stands", () => {
  const [component] = templateComponents("{root}/{org}.v{name}");
  assert.deepEqual(component?.match("a.vb"), { org: "a", name: "b" });
  assert.equal(component?.match("a-vb"), undefined);
});
