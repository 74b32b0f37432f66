import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { type Layout, LAYOUTS, REPOSITORY_LAYOUTS } from "../../../spec/mod.ts";
import { makeDirectories, readTree } from "../../../harness/disk/mod.ts";
import { memoryWorld, type World } from "../../../harness/worlds/mod.ts";
import { SharedModelManager } from "../../shared_model_manager.ts";
import { layoutDefinition, layoutDefinitions, layoutNames } from "./mod.ts";

const ORG = "mlx-community";
const NAME = "Every-Layout-4bit";
const repository = `${ORG}/${NAME}`;
const FILES = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];

/** The place that the specification gives the model, written out by hand. */
function placeOf(layout: Layout, { root, commit }: { root: string; commit: string }): string {
  const values = { root, org: ORG, name: NAME, "model id": `${ORG}--${NAME}`, commit };
  let path: string = LAYOUTS[layout];
  for (const [key, value] of Object.entries(values)) path = path.replace(`{${key}}`, value);
  return path;
}

async function worldWithModel() {
  const world = await memoryWorld({
    name: "reference",
    version: "0",
    start: (host, config) => new SharedModelManager(host, config),
  });
  const files = FILES.map((path) => ({ path, bytes: Buffer.from(`{"${path}":1}`), lfs: false }));
  const commit = world.hub.publish(repository, files, { tags: ["mlx"] });
  return { world, manager: world.start(), commit };
}

/** Brings the model into a layout: by a download, or by a move where no download goes there. */
async function bring(layout: Layout) {
  const { world, manager, commit } = await worldWithModel();
  const place = placeOf(layout, { root: world.root, commit });
  if (layoutDefinition(layout).isDownloadTarget) {
    const { directory } = await manager.download({ repository, layout });
    assert.equal(directory, place);
  } else {
    const { directory } = await manager.download({ repository });
    await makeDirectories(world.files, dirname(place));
    await world.files.rename(directory, place);
  }
  return { world, manager, place };
}

async function filesBelow(world: World, directory: string): Promise<string[]> {
  const tree = await readTree(world.files, directory);
  return tree.filter(({ kind }) => kind !== "directory").map(({ path }) => path);
}

test("the registry has the specification's layouts, each by its own name and path", () => {
  assert.deepEqual(layoutNames().toSorted(), Object.keys(LAYOUTS).toSorted());
  for (const { name, template } of layoutDefinitions) assert.equal(template, LAYOUTS[name]);
  const targets = layoutNames(({ isMigrationTarget }) => isMigrationTarget);
  assert.deepEqual(targets.toSorted(), REPOSITORY_LAYOUTS.toSorted());
});

for (const { name: layout, isReadByMlx } of layoutDefinitions) {
  test(`a model in layout ${layout} is located, complete, listed and removed`, async () => {
    const { world, manager, place } = await bring(layout);
    assert.equal(await manager.locate({ repository }), place);
    assert.equal(await manager.locate({ repository, layout }), place);
    for (const other of layoutNames(({ name }) => name !== layout))
      assert.equal(await manager.locate({ repository, layout: other }), undefined, other);
    const { state, directory } = await manager.status({ repository, layout });
    assert.deepEqual({ state, directory }, { state: "complete", directory: place });
    const listed = await manager.list();
    assert.deepEqual(
      listed.map((model) => [model.directory, model.layout, model.repository, model.state]),
      [[place, layout, repository, "complete"]],
    );
    const misplaced = placeOf("hubapi", { root: world.root, commit: "" });
    assert.equal(listed[0]?.misplaced, isReadByMlx ? undefined : misplaced);
    await manager.remove({ repository, layout });
    assert.deepEqual(await filesBelow(world, world.root), []);
  });
}

test("a download into a layout that takes none is refused, with those that do", async () => {
  const { manager } = await worldWithModel();
  const targets = layoutNames(({ isDownloadTarget }) => isDownloadTarget);
  for (const layout of layoutNames(({ isDownloadTarget }) => !isDownloadTarget)) {
    const expected = { code: "unsupported", actual: layout, expected: targets.join(", ") };
    await assert.rejects(manager.download({ repository, layout }), expected);
  }
});

for (const { name: from } of layoutDefinitions.filter((layout) => layout.isMigrationSource)) {
  for (const layout of REPOSITORY_LAYOUTS.filter((name) => name !== from)) {
    test(`a migration to layout ${layout} finds the model in layout ${from}, and goes back`, async () => {
      const { world, manager, place } = await bring(from);
      const before = await filesBelow(world, place);
      const to = placeOf(layout, { root: world.root, commit: "" });
      const result = await manager.migrate({ repository, layout, step: "move" });
      assert.deepEqual([result.from, result.to, result.isDone], [place, to, true]);
      assert.deepEqual(await filesBelow(world, to), before);
      assert.equal((await manager.status({ repository, layout })).state, "complete");
      assert.deepEqual(await filesBelow(world, place), []);
      await manager.migrate({ repository, layout, step: "undo" });
      assert.deepEqual(await filesBelow(world, place), before);
      assert.deepEqual(await filesBelow(world, to), []);
    });
  }
}
