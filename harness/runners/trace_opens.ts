import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { argumentText, parseStrace } from "../tracing/mod.ts";

/** What a real runtime did with one directory. */
export interface TracedLoad {
  /** Files below the directory that it opened, in the order of their first opening, with `/`. */
  readonly opened: readonly string[];
  /** The runtime's own complaint; undefined when model and tokenizer loaded. */
  readonly error: string | undefined;
}

/** Loads each directory that it is given as `mlx_lm.load` does, without its detour to the hub. */
const LOADER = `
import json, sys
from pathlib import Path
from mlx_lm.utils import load_model, load_tokenizer
for line in sys.stdin:
    directory = json.loads(line)
    try:
        _, config = load_model(Path(directory))
        load_tokenizer(Path(directory), eos_token_ids=config.get("eos_token_id"))
        print(json.dumps(None), flush=True)
    except BaseException as error:
        print(json.dumps(f"{type(error).__name__}: {error}"[:300]), flush=True)
`;

/**
 * Lets real mlx-lm load directories and sees with strace which files below them it opens. Linux only.
 *
 * @param python a Python that has mlx and mlx-lm
 */
export async function traceOpens(
  python: string,
  directories: readonly string[],
): Promise<TracedLoad[]> {
  const place = await mkdtemp(join(tmpdir(), "mlx-layout-strace-"));
  const log = join(place, "opens");
  try {
    const args = ["-f", "-qq", "-s", "4096", "-e", "trace=openat,open", "-o", log];
    const child = spawn("strace", [...args, python, "-c", LOADER], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stdin.end(directories.map((directory) => `${JSON.stringify(directory)}\n`).join(""));
    await once(child, "close");
    const answers = Buffer.concat(out).toString().trimEnd().split("\n");
    const opened = openedPaths(await readFile(log, "utf8"));
    return directories.map((directory, at) => ({
      opened: below(directory, opened),
      error: answerOf(answers[at]),
    }));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function answerOf(line: string | undefined): string | undefined {
  if (line === undefined || line === "") return "no answer";
  const answer: unknown = JSON.parse(line);
  return typeof answer === "string" ? answer : undefined;
}

/** Files that were opened with success, directories left out, as they were named. */
function openedPaths(log: string): string[] {
  return parseStrace(log).flatMap(({ name, args, result }) => {
    const [path = "", flags = ""] = name === "openat" ? args.slice(1) : args;
    const isFile = /^\d/.test(result) && !flags.includes("O_DIRECTORY");
    return isFile ? [argumentText(path) ?? ""] : [];
  });
}

function below(directory: string, paths: readonly string[]): string[] {
  const inside = paths.filter((path) => path.startsWith(directory + sep));
  return [...new Set(inside.map((path) => relative(directory, path).split(sep).join("/")))];
}
