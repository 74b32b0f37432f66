import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";

/** The directory of the parts, beside the command's main module. */
const PARTS = "parts";

/** How a command is put together. */
export interface BundleCommandOptions {
  /** What stays a file of its own that is loaded where it is needed, by the paths that are imported. */
  readonly apart: RegExp;
}

/**
 * Replaces the main module of a command by one that loads few files: loading each of its modules by itself takes longer than the
 * work of a short command.
 *
 * Packages are imported as before. The modules themselves stay where they are, as the library and the threads use them.
 *
 * @param main the path of a compiled module that nothing imports, with its ending `.js`
 * @throws {Error} when a module cannot be found or read
 */
export async function bundleCommand(main: string, { apart }: BundleCommandOptions): Promise<void> {
  const parts = join(dirname(main), PARTS);
  await build({
    entryPoints: [main],
    outdir: parts,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    packages: "external",
    chunkNames: "[name]_[hash]",
    logLevel: "silent",
    plugins: [prepareModules(parts, apart)],
  });
  await writeFile(main, `import "./${PARTS}/${basename(main)}";\n`);
}

function prepareModules(parts: string, apart: RegExp): Plugin {
  return {
    name: "prepare-modules",
    setup(bundle) {
      bundle.onLoad({ filter: /\.m?js$/ }, async ({ path }) => {
        const text = await readFile(path, "utf8");
        return { contents: atOnce(inPlace(text, relative(parts, path)), apart), loader: "js" };
      });
    },
  };
}

/** A module finds what lies beside it by its own address, which is no longer that of the code around it. */
function inPlace(text: string, path: string): string {
  const place = JSON.stringify(path.replaceAll("\\", "/"));
  return text.replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`);
}

/** What a module would import later is there at once, in the same file, unless it is to stay apart. */
function atOnce(text: string, apart: RegExp): string {
  const imports: string[] = [];
  const body = text.replace(/\bimport\("(\.[^"\n]+)"\)/g, (call, path: string) => {
    if (apart.test(path)) return call;
    const name = `atOnce${imports.length}`;
    imports.push(`import * as ${name} from "${path}";`);
    return `Promise.resolve(${name})`;
  });
  return imports.join("") + body;
}
