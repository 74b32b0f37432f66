/**
 * Downloads with programs of others, as their users run them.
 *
 * @module
 */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** A program that is measured beside the reference. */
export type ToolName = "curl" | "aria2c" | "huggingface_hub";

/** What is downloaded, and where to. */
export interface ToolOrder {
  readonly endpoint: string;
  readonly repository: string;
  readonly root: string;
  /** Paths of the files, for clients that do not list them. */
  readonly paths: readonly string[];
}

interface Tool {
  /** A command that prints the version. */
  readonly version: readonly [string, ...string[]];
  /** Commands that run one after the other. */
  readonly commands: (order: ToolOrder) => Promise<readonly (readonly [string, ...string[]])[]>;
}

const SNAPSHOT = `
import sys
from huggingface_hub import snapshot_download
snapshot_download(sys.argv[1], local_dir=sys.argv[2])
`;

const TOOLS: Readonly<Record<ToolName, Tool>> = {
  // It hashes nothing itself.
  curl: {
    version: ["curl", "--version"],
    async commands(order) {
      const lines = order.paths.map(
        (path) => `url = "${urlOf(order, path)}"\noutput = "${join(order.root, path)}"`,
      );
      const config = join(order.root, "curl.config");
      await writeFile(config, lines.join("\n"));
      const parallel = ["--parallel", "--parallel-max", "16", "--parallel-immediate"];
      return [
        ["curl", "-sSfL", "--no-progress-meter", "--create-dirs", ...parallel, "-K", config],
        ["openssl", "dgst", "-sha256", ...order.paths.map((path) => join(order.root, path))],
      ];
    },
  },
  aria2c: {
    version: ["aria2c", "--version"],
    async commands(order) {
      const lines = order.paths.map((path) => `${urlOf(order, path)}\n  out=${path}`);
      const input = join(order.root, "aria2.input");
      await writeFile(input, lines.join("\n"));
      const most = ["-j", "16", "-x", "16", "-s", "16", "-k", "1M", "--file-allocation=none"];
      return [["aria2c", "-q", "--no-conf", ...most, "-d", order.root, "-i", input]];
    },
  },
  huggingface_hub: {
    version: [python(), "-c", "import huggingface_hub; print(huggingface_hub.__version__)"],
    commands: ({ repository, root }) =>
      Promise.resolve([[python(), "-c", SNAPSHOT, repository, root]]),
  },
};

/** Whether a client is a program of others. */
export function isToolName(name: string): name is ToolName {
  return name in TOOLS;
}

/** The version of an installed program; undefined where it is not installed. */
export async function toolVersion(name: ToolName): Promise<string | undefined> {
  const [command, ...args] = TOOLS[name].version;
  try {
    const { stdout } = await promisify(execFile)(command, args);
    const words = stdout.split(/\s/);
    return words.find((word) => /^\d/.test(word)) ?? stdout.trim();
  } catch {
    // What cannot be started is not installed.
    return undefined;
  }
}

/**
 * Downloads with a program.
 *
 * @throws {Error} when it fails
 */
export async function runTool(name: ToolName, order: ToolOrder): Promise<void> {
  const { endpoint, root } = order;
  const hub = { HF_ENDPOINT: endpoint, HF_HOME: join(root, ".home"), HF_HUB_DISABLE_XET: "1" };
  for (const [command, ...args] of await TOOLS[name].commands(order)) {
    const child = spawn(command, args, {
      env: { ...process.env, ...hub, HF_HUB_DISABLE_PROGRESS_BARS: "1" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
  }
}

function urlOf({ endpoint, repository }: ToolOrder, path: string): string {
  return `${endpoint}/${repository}/resolve/main/${path}`;
}

function python(): string {
  return process.env["MLX_LAYOUT_PYTHON"] ?? "python3";
}
