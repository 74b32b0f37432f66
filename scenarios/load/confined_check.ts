/**
 * Files of a model name other files: an index its shards, a configuration its parts, a link its target.
 *
 * Invariants checked:
 * - The check opens no file outside the model's directory, but for the target, inside the root, of a link in it.
 */
import { dirname, join, sep } from "node:path";
import fc from "fast-check";
import {
  changeFiles,
  jsonBytes,
  Observation,
  placeModel,
  settled,
  writeBytes,
} from "../../harness/internal.ts";
import { anyModel, filePlace, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Confined-4bit";

export const confinedCheck = scenario({
  name: "load/confined_check",
  pieceBytes: [8192],
  covers: ["LOAD-CONFINED"],
  given: {
    model: anyModel(),
    spelling: fc.constantFrom("by steps up", "absolute", "with an empty part", "as a file URL"),
    named: fc.constantFrom("index", "config", "tokenizer", "template"),
    linkTo: fc.constantFrom("none", "secret", "neighbour"),
    isDownloaded: fc.boolean(),
  },
  goals: ["a file of the model was opened", "the target of a link inside the root was there"],
  async check({ model, spelling, named, linkTo, isDownloaded }, world, verdict) {
    const { files } = world;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const weightFile = model.weightFiles[0] ?? "";
    const weights = model.files.find(({ path }) => path === weightFile)?.bytes ?? new Uint8Array();
    // Sound weights, so that nothing but the place speaks against opening them.
    const secret = join(world.outside, "secret.safetensors");
    const neighbour = join(world.root, "shared.safetensors");
    for (const place of [secret, neighbour]) await writeBytes(files, place, weights);
    const path = {
      "by steps up": "../../../../../elsewhere/secret.safetensors",
      absolute: secret,
      "with an empty part": `.//..//../../../../elsewhere/secret.safetensors`,
      "as a file URL": `file://${secret}`,
    }[spelling];
    const after = model.files.filter((file) => file.path !== "model.safetensors.index.json");
    const put = (name: string, value: unknown) => {
      const at = after.findIndex((file) => file.path === name);
      const bytes = typeof value === "string" ? Buffer.from(value) : jsonBytes(value);
      after.splice(at === -1 ? after.length : at, at === -1 ? 0 : 1, {
        path: name,
        bytes,
        lfs: false,
      });
    };
    const names = { base_model: path, tokenizer_file: path, vocab_file: path, adapter_path: path };
    put("model.safetensors.index.json", {
      metadata: {},
      weight_map: { "model.norm.weight": named === "index" ? path : weightFile },
    });
    if (named === "config") put("config.json", { ...model.config, ...names });
    if (named === "tokenizer") put("tokenizer_config.json", { ...names, chat_template: "x" });
    if (named === "template") put("chat_template.jinja", `{% include "${path}" %}`);
    await changeFiles(world, directory, { before: model.files, after });
    if (linkTo !== "none") {
      await files.unlink(filePlace(directory, weightFile));
      const target = linkTo === "secret" ? secret : neighbour;
      await files.symlink(target, filePlace(directory, weightFile));
    }
    const observe = new Observation();
    const subject = world.start({ observe });
    await settled(() => subject.check({ repository }));
    const place = await files.realpath(directory);
    // The snapshots of a cache are links into its store: there the repository's cache is the boundary.
    const isSnapshot = dirname(directory).endsWith(`${sep}snapshots`);
    const top = (isSnapshot ? dirname(dirname(place)) : place) + sep;
    const allowed = linkTo === "neighbour" ? await files.realpath(neighbour) : undefined;
    for (const { path: opened } of observe.opened) {
      const real = await files.realpath(opened);
      // A program may list what it finds by opening it as if it were a file.
      if ((await files.stat(real)).kind === "directory") continue;
      const isInside = real.startsWith(top);
      const isConfined = isInside || real === allowed;
      verdict.holds("LOAD-CONFINED", isConfined, `it opened ${real}`);
      if (isInside) verdict.reached("a file of the model was opened");
      else verdict.reached("the target of a link inside the root was there");
    }
  },
});
