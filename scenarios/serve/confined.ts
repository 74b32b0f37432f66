/**
 * A machine serves a model, and there are secrets all around: in the model's directory, in the state of downloaders, beside it, above
 * it, and where links lead. Somebody asks for each of them, in every spelling.
 *
 * Invariants checked:
 * - No answer has a secret in it.
 * - What is not there is 404 with the code that says what is missing.
 * - Nothing changes on the disk.
 */
import { dirname, join } from "node:path";
import fc from "fast-check";
import {
  askServer,
  beginServing,
  readTree,
  stateDirectory,
  writeBytes,
} from "../../harness/internal.ts";
import { anySmallModel, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Open-4bit";
const SECRET = "secret-0f4c81";
const COVERS = ["SERVE-CONFINED", "SERVE-ABSENT", "SERVE-READ-ONLY"] as const;

/** Ways to write a path that a careless server reads in its own way. */
const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  plain: (path) => path,
  encoded: (path) => path.split("/").map(encodeURIComponent).join("/"),
  "dots encoded": (path) => path.replaceAll(".", "%2e"),
  "slashes encoded": (path) => path.replaceAll("/", "%2F"),
  "encoded twice": (path) => encodeURIComponent(encodeURIComponent(path)),
  backslashes: (path) => path.replaceAll("/", "%5C"),
  "double slashes": (path) => path.replaceAll("/", "//"),
  "a zero byte": (path) => `${path}%00.json`,
  "overlong dots": (path) => path.replaceAll(".", "%c0%ae"),
  "another case": (path) => path.toUpperCase(),
  "a malformed escape": (path) => `${path}%zz`,
};

export const confined = scenario({
  name: "serve/confined",
  covers: COVERS,
  given: {
    model: anySmallModel(),
    layout: fc.constantFrom("hubapi", "lmstudio", "hf-cache"),
    requests: fc.array(
      fc.record({
        secret: fc.nat(20),
        way: fc.constantFrom(
          "direct",
          "up",
          "absolute",
          "through a file",
          "in the revision",
          "in the name",
        ),
        spelling: fc.constantFrom(...Object.keys(SPELLINGS)),
        route: fc.constantFrom("resolve", "tree", "info"),
        method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE"),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    absent: fc.constantFrom("repository", "revision", "file"),
  },
  async check({ model, layout, requests, absent }, world, verdict) {
    const { root, outside, files: disk } = world;
    world.hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const subject = world.start();
    const { directory } = await subject.download({ repository: REPOSITORY, layout });
    const secrets = await plantSecrets(world, directory);
    const tree = async () =>
      JSON.stringify([await readTree(disk, root), await readTree(disk, outside)]);
    const before = await tree();
    const server = await beginServing(subject, verdict, { covers: COVERS });
    if (server === undefined) return;
    for (const { secret, way, spelling, route, method } of requests) {
      const place = secrets[secret % secrets.length] ?? "";
      const target = targetOf({ place, directory, way, route, spell: SPELLINGS[spelling] });
      const { status, bytes } = await askServer(server, { target, method });
      verdict.holds(
        "SERVE-CONFINED",
        !Buffer.from(bytes).includes(SECRET),
        `${target} is answered by ${status} with the secret in ${place}`,
      );
      verdict.holds(
        "SERVE-CONFINED",
        route !== "resolve" || status >= 300,
        `${method} ${target} is answered by ${status}`,
      );
    }
    const [target, code] = ABSENT[absent];
    const { status, headers } = await askServer(server, { target });
    const named = headers.get("x-error-code");
    verdict.holds(
      "SERVE-ABSENT",
      status === 404 && named === code,
      `${target} is answered by ${status} ${named} and not by 404 ${code}`,
    );
    verdict.holds("SERVE-READ-ONLY", (await tree()) === before, "serving changed something");
  },
});

const ABSENT = {
  repository: ["/api/models/mlx-community/None-4bit/revision/main", "RepoNotFound"],
  revision: [`/api/models/${REPOSITORY}/revision/none`, "RevisionNotFound"],
  file: [`/${REPOSITORY}/resolve/main/none.json`, "EntryNotFound"],
} as const;

// Helpers

/** Puts secrets where a server must not look. @returns their places */
async function plantSecrets(world: World, directory: string): Promise<string[]> {
  const { files: disk, root, outside } = world;
  const state = stateDirectory(directory);
  const bytes = new TextEncoder().encode(SECRET);
  const places = [
    join(directory, "notes.txt"),
    join(directory, ".env"),
    join(directory, "sub", "more.json"),
    join(state, ".cache", "secret.json"),
    join(dirname(directory), "beside.json"),
    join(root, "root.json"),
    join(outside, "outside.json"),
  ];
  for (const place of places) await writeBytes(disk, place, bytes);
  const links = [join(directory, "link.json"), join(directory, "linked")];
  await disk.symlink(join(outside, "outside.json"), links[0] ?? "");
  await disk.symlink(outside, links[1] ?? "");
  return [...places, ...links, join(directory, "linked", "outside.json")];
}

function targetOf(request: {
  readonly place: string;
  readonly directory: string;
  readonly way: string;
  readonly route: string;
  readonly spell: ((path: string) => string) | undefined;
}): string {
  const { place, directory, way, route, spell = (path) => path } = request;
  const below = place.startsWith(`${directory}/`) ? place.slice(directory.length + 1) : undefined;
  const up = `${"../".repeat(12)}${place.slice(1)}`;
  const path = spell(
    {
      direct: below ?? up,
      up,
      absolute: place,
      "through a file": `config.json/${up}`,
    }[way] ?? up,
  );
  const [repository, revision, rest] =
    way === "in the revision"
      ? [REPOSITORY, path, "config.json"]
      : way === "in the name"
        ? [`mlx-community/${path}`, "main", "config.json"]
        : [REPOSITORY, "main", path];
  if (route === "tree") return `/api/models/${repository}/tree/${revision}/${rest}`;
  return route === "info"
    ? `/api/models/${repository}/revision/${revision}`
    : `/${repository}/resolve/${revision}/${rest}`;
}
