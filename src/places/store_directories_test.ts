import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeDirectories, writeBytes } from "../../harness/disk/mod.ts";
import { memoryWorld } from "../../harness/worlds/mod.ts";
import { SharedModelManager } from "../shared_model_manager.ts";
import { storeDirectories } from "./store_directories.ts";

/** A home in which LM Studio's settings name a directory, and that directory. */
async function homeWithSettings(settings: string) {
  const world = await memoryWorld({
    name: "reference",
    version: "0",
    start: (host, config) => new SharedModelManager(host, config),
  });
  const home = join(world.outside, "home");
  const named = join(home, "Models * of mine");
  for (const directory of [named, join(home, "Models one of mine")])
    await makeDirectories(world.files, directory);
  const path = join(home, ".lmstudio", "settings.json");
  await makeDirectories(world.files, dirname(path));
  await writeBytes(world.files, path, Buffer.from(settings.replace("NAMED", named)));
  return { files: world.files, env: { HOME: home }, named };
}

test("storeDirectories() has the directory that LM Studio's settings name, as it is written", async () => {
  const { files, env, named } = await homeWithSettings('{"downloadsFolder":"NAMED"}');
  const found = await storeDirectories(files, env);
  assert.deepEqual(
    found.map(({ name, root }) => [name, root]),
    [["lm-studio", named]],
  );
});

for (const settings of ["", "{", '{"downloadsFolder":1}', '{"downloadsFolder":"Models"}', "[]"]) {
  test(`storeDirectories() takes no directory from the settings ${settings || "of no bytes"}`, async () => {
    const { files, env } = await homeWithSettings(settings);
    assert.deepEqual(await storeDirectories(files, env), []);
  });
}
