import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/*
 * npm runs this after an installation in a clone. `npm install -g .` only links the clone, whose sources are then run as
 * they are, and installs nothing of what they import: that is done here, without the tools of development.
 */

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

if (process.env["npm_config_global"] === "true" && !existsSync(`${ROOT}node_modules/commander`)) {
  const env = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(?:config_(?:global|local_)?prefix|config_global|config_location)$/i.test(name),
  );
  const words = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const npm = process.env["npm_execpath"];
  const [program, args] = npm === undefined ? ["npm", words] : [process.execPath, [npm, ...words]];
  const options = { cwd: ROOT, env: Object.fromEntries(env), stdio: "inherit" };
  process.exitCode = spawnSync(program, args, options).status ?? 1;
}
