/**
 * `npm run subjects [NAME…]`: installs the implementations that this repository has adapters for into `.subjects/`, never as
 * dependencies of the package.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { installPython } from "./install_python.ts";
import { installedName, KNOWN_SUBJECTS, type KnownSubject } from "./known_subjects.ts";

const run = promisify(execFile);
const ADAPTERS = fileURLToPath(new URL("./adapters/", import.meta.url));
const UNDER = join(process.cwd(), ".subjects");
/** A build of Swift tells of every file. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** What a program that failed, or could not be started, leaves behind. */
interface InstallError {
  readonly stderr?: string;
  readonly message: string;
  readonly code?: string | number;
  readonly path?: string;
}

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !KNOWN_SUBJECTS.some((subject) => subject.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`Cannot install "${unknown}" as there is no adapter of that name\n`);
    return 2;
  }
  let failures = 0;
  for (const subject of KNOWN_SUBJECTS) {
    if (names.length > 0 && !names.includes(subject.name)) continue;
    const outcome = await install(subject);
    if (outcome.startsWith("cannot")) failures++;
    process.stdout.write(`${subject.name}: ${outcome}\n`);
  }
  return failures === 0 ? 0 : 1;
}

/** What one registry cannot give keeps nobody from the others. */
async function install(subject: KnownSubject): Promise<string> {
  if (subject.packages === undefined) return "needs nothing";
  const directory = join(UNDER, installedName(subject));
  if (existsSync(directory)) return "is there";
  const half = `${directory}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  try {
    await fetchPackages(half, subject.packages);
    await rename(half, directory);
    return "installed";
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    const { stderr = "", message, code, path } = error as InstallError;
    const said = (stderr.trim() === "" ? message : stderr).trim().split("\n").at(-1);
    const why = code === "ENOENT" && path !== undefined ? `${path} is not on this machine` : said;
    return `cannot be installed here: ${why}`;
  }
}

async function fetchPackages(
  directory: string,
  packages: NonNullable<KnownSubject["packages"]>,
): Promise<void> {
  switch (packages.from) {
    case "npm": {
      const { overrides = {} } = packages;
      const manifest = { private: true, overrides };
      await writeFile(join(directory, "package.json"), JSON.stringify(manifest));
      const flags = ["install", "--save-exact", "--ignore-scripts", "--no-audit", "--no-fund"];
      await run("npm", [...flags, ...packages.packages], { cwd: directory });
      return;
    }
    case "pypi":
      await installPython(directory, packages);
      return;
    case "cargo": {
      const source = join(ADAPTERS, packages.source);
      await run("cargo", ["install", "--locked", "--path", source, "--root", directory]);
      return;
    }
    case "go": {
      const source = join(ADAPTERS, packages.source);
      await run("go", ["build", "-o", join(directory, "bin", "adapter"), "."], { cwd: source });
      return;
    }
    case "swift":
      await buildSwift(directory, join(ADAPTERS, packages.source));
  }
}

/** What the build makes on its way goes; the program and the resources that it looks for beside itself stay. */
async function buildSwift(directory: string, source: string): Promise<void> {
  const scratch = join(directory, "scratch");
  const flags = ["build", "-c", "release", "--package-path", source, "--scratch-path", scratch];
  await run("swift", flags, { maxBuffer: OUTPUT_LIMIT_BYTES });
  const { stdout } = await run("swift", [...flags, "--show-bin-path"]);
  const made = stdout.trim();
  for (const name of await readdir(made))
    if (name === "swift-hubs" || /\.(?:resources|bundle)$/.test(name))
      await cp(join(made, name), join(directory, "bin", name), { recursive: true });
  await rm(scratch, { recursive: true });
}
