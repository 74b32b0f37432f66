/**
 * A hub lists a file in git's own directory in one of its spellings, in another hidden directory, or in a stream of a file.
 *
 * Invariants checked:
 * - It is not written, also where every file is asked for and where the repository is not for MLX.
 */
import fc from "fast-check";
import { readTree, settled } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const GIT_NAMES = [
  ".git/config.json",
  ".GIT/config.json",
  ".git/hooks/post-checkout.json",
  "sub/.git/config.json",
  "git~1/config.json",
  "GIT~1/config.json",
  ".g\u200cit/config.json",
  "\ufeff.git/config.json",
  ".git\u200d/config.json",
  ".git./config.json",
  ".git /config.json",
  ".git::$INDEX_ALLOCATION/config.json",
] as const;
const HIDDEN_NAMES = [
  "config.json:stream.json",
  "sub/a.json::$DATA.json",
  ".vscode/settings.json",
  "sub/.devcontainer/devcontainer.json",
] as const;

export const gitNames = scenario({
  name: "layout/git_names",
  covers: ["LAYOUT-GIT", "LAYOUT-HIDDEN"],
  given: {
    model: anySmallModel({ weightBytesMax: 100 }),
    path: fc.constantFrom(...GIT_NAMES, ...HIDDEN_NAMES),
    repository: fc.constantFrom("mlx-community/GitNames", "someone/GitNames"),
    include: fc.constantFrom(undefined, ["*"], ["*.json", "*.safetensors"]),
  },
  async check({ model, path, repository, include }, world, verdict) {
    const evil = { path, bytes: new TextEncoder().encode(`{"evil":1}`), lfs: false };
    const tags = repository.startsWith("mlx-community/") ? ["mlx"] : [];
    world.hub.publish(repository, [...model.files, evil], { tags });
    const request = { repository, ...(include && { include }) };
    await settled(() => world.start().download(request));
    const written = (await readTree(world.files, world.root)).find((entry) =>
      entry.path.endsWith(`/${path}`),
    );
    const id = GIT_NAMES.some((name) => name === path) ? "LAYOUT-GIT" : "LAYOUT-HIDDEN";
    verdict.holds(id, written === undefined, () => `${written?.path} is there`);
  },
});
