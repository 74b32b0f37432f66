/**
 * The completions, as the shells themselves answer; a shell that is not installed is skipped.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { runScripted } from "../scripted_run.ts";
import { SHELLS, type Shell } from "./completion_script.ts";

/** Asks bash as its line editor does. */
const BASH = `words=($LINE); [[ $LINE == *' ' ]] && words+=('')
COMP_WORDS=("\${words[@]}"); COMP_CWORD=$((\${#words[@]} - 1)); _mlx_layout; printf '%s\\n' "\${COMPREPLY[@]}"`;

/** Zsh completes only at a terminal: the functions that it would be asked by are put in its place. */
const ZSH_BEFORE = `compdef() { :; }
compadd() { shift; print -l -- "$@"; }
_describe() { print -l -- "\${(@)\${(@P)2}%%:*}"; }
_files() { print -l -- *(N/); }
_message() { :; }`;
const ZSH = `words=("\${(@s: :)LINE}"); CURRENT=$#words; PREFIX=$words[CURRENT]; _mlx_layout | grep -e "^$PREFIX"`;

const CALLS: Readonly<Record<Shell, (script: string, line: string) => readonly string[]>> = {
  bash: (script, line) => ["-c", `${script}\nLINE='${line}'\n${BASH}`],
  zsh: (script, line) => ["-fc", `${ZSH_BEFORE}\n${script}\nLINE='${line}'\n${ZSH}`],
  fish: (script, line) => ["--no-config", "-c", `${script}\ncomplete -C '${line}'`],
};

const CASES: readonly (readonly [line: string, expected: readonly string[]])[] = [
  ["mlx-layout dow", ["download"]],
  ["mlx-layout st", ["status"]],
  ["mlx-layout download --lay", ["--layout"]],
  ["mlx-layout download --layout ", ["hubapi", "lmstudio", "hf-cache"]],
  ["mlx-layout download org/name --layout lm", ["lmstudio"]],
  ["mlx-layout plan org/name --runtime mlx-l", ["mlx-lm"]],
  ["mlx-layout completions ", ["bash", "zsh", "fish"]],
  ["mlx-layout status --off", []],
];

for (const shell of SHELLS) {
  const version = spawnSync(shell, ["--version"], { encoding: "utf8" });
  const skip = version.status === 0 ? false : `${shell} is not installed`;
  test(`the completions for ${shell} complete commands, options and values`, { skip }, async () => {
    const { exitCode, stdout: script, stderr } = await runScripted(`completions ${shell}`);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    for (const [line, expected] of CASES) {
      const made = spawnSync(shell, CALLS[shell](script, line), { encoding: "utf8" });
      const words = made.stdout.split("\n").filter((word) => word !== "");
      const found = words.map((word) => word.replace(/\t.*/, "")).toSorted();
      assert.deepEqual(found, expected.toSorted(), `${line}: ${made.stderr}`);
    }
  });
}

test(
  "a directory is completed where one is wanted",
  { skip: process.platform === "win32" },
  async () => {
    const { stdout: script } = await runScripted("completions bash");
    const made = spawnSync("bash", CALLS.bash(script, "mlx-layout list --root /us"), {
      encoding: "utf8",
    });
    assert.equal(made.stdout, "/usr\n", made.stderr);
  },
);
