import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleCommand } from "./bundle_command.ts";
import { entryPath, packageManifest, type RootManifest } from "./package_manifest.ts";
import { packageReadme } from "./package_readme.ts";
import { PUBLISHED_PACKAGES, type PublishedPackage } from "./published_packages.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TREES = ["spec", "src", "harness", "scenarios"];
const TYPESCRIPT = join(ROOT, "node_modules", "typescript", "bin", "tsc");
/** What is compiled, what only tests the repository, and what other builds leave. */
const NOT_COPIED = /\.(?:ts|mjs)$|^harness\/(?:check|release)\/|\/(?:\.build|target|__pycache__)\//;

/** Where the packages go. */
export interface BuildPackagesOptions {
  /** A directory on the volume of the repository. */
  readonly into: string;
  /** The repository's address, which the manifests name. */
  readonly repositoryUrl?: string | undefined;
}

/**
 * Compiles the repository and puts each of its packages together, in a directory of its name.
 *
 * Nothing of an earlier build is left there, and a build that fails changes nothing.
 */
export async function buildPackages({ into, repositoryUrl }: BuildPackagesOptions): Promise<void> {
  await mkdir(into, { recursive: true });
  const work = await mkdtemp(join(into, ".build-"));
  try {
    const compiled = join(work, "compiled");
    const flags = ["-p", join(ROOT, "tsconfig.build.json"), "--outDir", compiled];
    await compile(flags);
    await copyAssets(compiled);
    const root = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as RootManifest;
    for (const one of PUBLISHED_PACKAGES)
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as they copy the same files
      await putTogether(one, { compiled, target: join(work, one.name), root, repositoryUrl });
    for (const { name } of PUBLISHED_PACKAGES) {
      // oxlint-disable-next-line no-await-in-loop -- two renames
      await rm(join(into, name), { recursive: true, force: true });
      // oxlint-disable-next-line no-await-in-loop -- two renames
      await rename(join(work, name), join(into, name));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function compile(flags: readonly string[]): Promise<void> {
  // What is wrong in the source is the compiler's to say.
  const stdio = ["ignore", "inherit", "inherit"] as const;
  const compiler = spawn(process.execPath, [TYPESCRIPT, ...flags], { stdio: [...stdio] });
  const [code]: unknown[] = await once(compiler, "exit");
  if (code !== 0) throw new Error(`Cannot compile the packages: tsc ended with ${String(code)}`);
}

/** What is not code lies beside the code that reads it. */
async function copyAssets(into: string): Promise<void> {
  for (const tree of TREES)
    // oxlint-disable-next-line no-await-in-loop -- four trees
    await cp(join(ROOT, tree), join(into, tree), {
      recursive: true,
      filter: (source) => {
        const path = relative(ROOT, source).replaceAll("\\", "/");
        return !NOT_COPIED.test(path) && !NOT_COPIED.test(`${path}/`);
      },
    });
}

interface PutTogetherOptions {
  readonly compiled: string;
  readonly target: string;
  readonly root: RootManifest;
  readonly repositoryUrl: string | undefined;
}

async function putTogether(one: PublishedPackage, options: PutTogetherOptions): Promise<void> {
  const { compiled, target, root, repositoryUrl } = options;
  const paths = (await filesBelow(compiled)).filter((path) => one.holds.test(path));
  for (const path of paths)
    // oxlint-disable-next-line no-await-in-loop -- a thousand small files
    await cp(join(compiled, path), join(target, path));
  const isModule = (path: string) => /\.(?:m?js|d\.ts)$/.test(path) && !path.includes("/honest/");
  const modules = await Promise.all(
    paths.filter(isModule).map((path) => readFile(join(target, path), "utf8")),
  );
  if (one.bundled !== undefined)
    await bundleCommand(join(target, `${one.bundled.main}.js`), one.bundled);
  await mkdir(join(target, "entries"));
  for (const module of Object.values(one.exports)) {
    const text = `import "../src/refuse_old_node.mjs";\nexport * from "../${module}.js";\n`;
    // oxlint-disable-next-line no-await-in-loop -- a few small files
    await writeFile(join(target, entryPath(module)), text);
  }
  const manifest = packageManifest(one, { root, modules, repositoryUrl });
  await writeFile(join(target, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  await writeFile(join(target, "README.md"), packageReadme(readme, { ...one, repositoryUrl }));
  for (const name of ["LICENSE", "CHANGELOG.md"])
    // oxlint-disable-next-line no-await-in-loop -- two small files
    await cp(join(ROOT, name), join(target, name));
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .toSorted();
}
