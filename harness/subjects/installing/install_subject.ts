/**
 * Installs the implementations that this repository has adapters for, never as dependencies of the package.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { checkOut } from "./check_out.ts";
import { type Installation, installFailure } from "./installation.ts";
import { installPython } from "./install_python.ts";
import { installedName, type KnownSubject, SOURCE } from "../known_subjects.ts";

const run = promisify(execFile);
const ADAPTERS = fileURLToPath(new URL("../adapters/", import.meta.url));
/** A build of Swift prints a line for every file. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;
const LIMIT = { maxBuffer: OUTPUT_LIMIT_BYTES };
/** An adapter's module may name a newer Go than this machine has, which Go then fetches. */
const GO_ENV = { GOTOOLCHAIN: "auto", ...process.env };
/** Where the source of an adapter with a pinned dependency is built. */
const PINNED = "source";

/**
 * Installs what a known subject needs. A failed installation leaves nothing behind.
 *
 * @param directory where subjects are installed, each in a directory of its own
 */
export async function installSubject(
  subject: KnownSubject,
  directory: string,
): Promise<Installation> {
  if (subject.packages === undefined) return { outcome: "not needed", detail: "needs nothing" };
  const target = join(directory, installedName(subject));
  if (existsSync(target)) return { outcome: "present", detail: "already installed" };
  const half = `${target}.half`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true });
  try {
    await fetchPackages(half, subject.packages);
    await rename(half, target);
    return { outcome: "installed", detail: "installed" };
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    return { outcome: "failed", detail: installFailure(error) };
  }
}

async function fetchPackages(
  directory: string,
  packages: NonNullable<KnownSubject["packages"]>,
): Promise<void> {
  if ("git" in packages && packages.git !== undefined)
    await checkOut(join(directory, SOURCE), packages.git);
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
      const source = await sourceOf(packages, directory);
      await run("cargo", ["install", "--locked", "--path", source, "--root", directory], LIMIT);
      await rm(join(directory, PINNED), { recursive: true, force: true });
      return;
    }
    case "go": {
      const source = await sourceOf(packages, directory);
      const words = ["build", "-o", join(directory, "bin", "adapter"), "."];
      await run("go", words, { cwd: source, env: GO_ENV });
      return;
    }
    case "swift":
      await buildSwift(directory, join(ADAPTERS, packages.source));
  }
}

/** The source of an adapter: where a dependency is pinned, a copy whose manifest and lock file name that version. */
async function sourceOf(
  { from, source, pin }: Extract<NonNullable<KnownSubject["packages"]>, { source: string }>,
  directory: string,
): Promise<string> {
  const own = join(ADAPTERS, source);
  if (pin === undefined) return own;
  const copy = join(directory, PINNED);
  await cp(own, copy, { recursive: true });
  const { dependency, version } = pin;
  if (from === "go") {
    const here = { cwd: copy, env: GO_ENV };
    await run("go", ["mod", "edit", `-require=${dependency}@${version}`], here);
    await run("go", ["mod", "tidy"], here);
    return copy;
  }
  const manifest = join(copy, "Cargo.toml");
  const before = await readFile(manifest, "utf8");
  const line = new RegExp(`^(${dependency} = \\{ version = ")=[^"]+"`, "m");
  if (!line.test(before)) throw new Error(`Cannot pin ${dependency}: ${source} does not name it`);
  await writeFile(manifest, before.replace(line, `$1=${version}"`));
  await rm(join(copy, "Cargo.lock"), { force: true });
  await run("cargo", ["generate-lockfile"], { cwd: copy });
  return copy;
}

/** Intermediate products are removed; the program and the resources that it looks for beside itself stay. */
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
