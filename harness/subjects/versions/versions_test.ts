import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { installedName } from "../known_subjects.ts";
import { findProgram } from "../find_program.ts";
import { clientCache } from "./client_cache.ts";
import { newestVersion } from "./newest_version.ts";
import { clientVersion, subjectAt, VERSIONED_CLIENTS } from "./versioned_clients.ts";

const ADAPTERS = new URL("../adapters/", import.meta.url);
const directory = await mkdtemp(join(tmpdir(), "mlx-layout-versions-"));
const { PATH } = process.env;
after(async () => {
  process.env["PATH"] = PATH;
  await rm(directory, { recursive: true });
});

test("clientVersion() reads a client and its version, and refuses what could be an option or a path", () => {
  assert.deepEqual(clientVersion("go-huggingface@v0.3.1")?.version, "v0.3.1");
  assert.equal(clientVersion("hub-js")?.version, undefined);
  assert.equal(clientVersion("python adapter.py"), undefined);
  for (const version of ["", "../x", "--help", "1 2", "1/2", "latest"])
    assert.throws(() => clientVersion(`hub-js@${version}`), RangeError);
});

test("every version of a client has a directory of its own, and what it runs is there", () => {
  for (const client of VERSIONED_CLIENTS) {
    const [one, other] = ["0.4.3", "1.0.0"].map((version) => subjectAt(client, version));
    assert.ok(one !== undefined && other !== undefined);
    assert.notEqual(installedName(one), installedName(other), client.name);
    assert.match(installedName(one), /0\.4\.3/);
    assert.match(installedName(one), /^[\w.@+=-]+$/);
    const { packages } = one;
    if (packages !== undefined && "source" in packages) {
      const manifest = packages.from === "go" ? "go.mod" : "Cargo.toml";
      const text = readFileSync(new URL(`${packages.source}/${manifest}`, ADAPTERS), "utf8");
      assert.ok(text.includes(packages.pin?.dependency ?? "?"), client.name);
    }
    const places = { adapters: "A/", installed: "I", ending: "ts" };
    for (const word of one.command(places))
      if (word.startsWith("A/")) assert.ok(existsSync(new URL(word.slice(2), ADAPTERS)), word);
  }
});

test("findProgram() names the command that installs a version that is not there", () => {
  process.env["MLX_CONFORM_CACHE"] = directory;
  try {
    assert.throws(
      () => findProgram("hub-js@1.0.0", { installedUnder: directory }),
      /hub-js@1\.0\.0 is not installed: run "mlx-conform judge hub-js@1\.0\.0"/,
    );
    assert.equal(clientCache(process.env), join(directory, "clients"));
  } finally {
    delete process.env["MLX_CONFORM_CACHE"];
  }
  assert.match(clientCache({}, "darwin"), /Library.Caches.mlx-conform.clients$/);
});

test("newestVersion() reads the answer of each registry's client, and says what to do without one", async () => {
  // What each printed for a package that it has.
  const answers = {
    npm: ["npm", "2.17.5\n"],
    pypi: ["python3", "huggingface_hub (2.4.0)\nAvailable versions: 2.4.0, 2.3.0\n"],
    cargo: ["cargo", "hf-hub #x\nRust client\nversion: 1.0.0\nlicense: Apache-2.0\n"],
    go: ["go", "github.com/gomlx/go-huggingface v0.3.1\n"],
  } as const;
  const found = { npm: "2.17.5", pypi: "2.4.0", cargo: "1.0.0", go: "v0.3.1" };
  process.env["PATH"] = `${directory}:${PATH}`;
  for (const [registry, [program, text]] of Object.entries(answers)) {
    const path = join(directory, program);
    await writeFile(path, `#!/bin/sh\ncat <<'END'\n${text}END\n`);
    await chmod(path, 0o755);
    const client = { name: "c", package: "p", registry: registry as keyof typeof answers };
    assert.equal(await newestVersion(client), found[client.registry]);
    await writeFile(path, "#!/bin/sh\necho none\n");
    await assert.rejects(newestVersion(client), /Cannot find the newest version of c: .*c@VERSION/);
  }
});
