/**
 * Installs the implementations that this repository has adapters for, never as dependencies of the package.
 *
 * @module
 */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Installation, installFailure } from "./installation.ts";
import { installPython } from "./install_python.ts";
import { installedName, type KnownSubject } from "./known_subjects.ts";

const run = promisify(execFile);
const ADAPTERS = fileURLToPath(new URL("./adapters/", import.meta.url));
/** A build of Swift prints a line for every file. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

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
