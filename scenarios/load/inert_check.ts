/**
 * A model comes with code, asks for it to be run, and has a template that reaches for whatever runs it.
 *
 * Invariants checked:
 * - The check changes nothing on the disk and sends nothing.
 * - It opens no code, starts none, and what the template calls does not happen.
 */
import { join } from "node:path";
import fc from "fast-check";
import {
  changeFiles,
  jsonBytes,
  Observation,
  placeModel,
  readTree,
  settled,
} from "../../harness/internal.ts";
import { anyModel, scenario, type World } from "../../harness/mod.ts";

const repository = "mlx-community/Inert-4bit";
/** What a template would leave behind in this process if its code ran. */
const TRACE = "mlxLayoutTemplateRan";
/** Stands for what a template calls. */
const SET = "SET";
/** Stands for the place of a file that code makes. */
const PLACE = "PLACE";
const TEMPLATES = [
  `{{ messages.constructor.constructor("${SET}")() }}`,
  `{{ ({}).constructor.constructor("${SET}")() }}`,
  `{{ "".constructor.constructor("${SET}")() }}`,
  `{{ raise_exception.constructor("${SET}")() }}`,
  `{{ range.constructor("${SET}")() }}`,
  `{{ messages.__proto__.${TRACE} }}{% set messages.__proto__.${TRACE} = 1 %}`,
  `{{ cycler.__init__.__globals__.os.popen("touch ${PLACE}").read() }}`,
  `{{ ().__class__.__base__.__subclasses__() }}`,
  `{% include "modeling.py" %}`,
  `{% import "tokenizer.py" as code %}{{ code.run() }}`,
] as const;
const CODE = [
  "modeling.py",
  "tokenizer.py",
  "setup.sh",
  "native.so",
  "hook.mjs",
  "pytorch_model.bin",
];

export const inertCheck = scenario({
  name: "load/inert_check",
  pieceBytes: [8192],
  covers: ["LOAD-INERT"],
  given: {
    model: anyModel(),
    template: fc.constantFrom(...TEMPLATES),
    isInConfig: fc.boolean(),
    isDownloaded: fc.boolean(),
  },
  goals: ["a dangerous template was read"],
  async check({ model, template: drawn, isInConfig, isDownloaded }, world, verdict) {
    const ran = join(world.outside, "ran");
    const set = setTrace(world, ran);
    const template = drawn.replaceAll(SET, set).replaceAll(PLACE, ran);
    const code = `${set}\nimport os; os.system("touch ${ran}")\n`;
    const auto_map = {
      AutoConfig: "modeling.Config",
      AutoModelForCausalLM: "modeling.Model",
      AutoTokenizer: ["tokenizer.Tokenizer", null],
    };
    const replaced: Record<string, Uint8Array> = {
      "config.json": jsonBytes({ ...model.config, auto_map, trust_remote_code: true }),
      ...Object.fromEntries(CODE.map((path) => [path, Buffer.from(code)])),
    };
    const place = isInConfig ? "tokenizer_config.json" : "chat_template.jinja";
    replaced[place] = isInConfig
      ? jsonBytes({ auto_map, chat_template: template })
      : Buffer.from(template);
    const others = model.files.filter(
      ({ path }) => !(path in replaced) && path !== "chat_template.jinja",
    );
    const after = [
      ...others,
      ...Object.entries(replaced).map(([path, bytes]) => ({ path, bytes, lfs: false })),
    ];
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    await changeFiles(world, directory, { before: model.files, after });
    const before = await placedTree(world);
    Reflect.deleteProperty(globalThis, TRACE);
    const observe = new Observation();
    const subject = world.start({ observe });
    await settled(() => subject.check({ repository }));
    const hasRun = Reflect.has(globalThis, TRACE) || Reflect.has([], TRACE);
    verdict.holds("LOAD-INERT", !hasRun, `the template ran: ${template}`);
    const { changes, requests, executed } = observe;
    verdict.holds("LOAD-INERT", changes.length === 0, () => `it changed ${changes[0]?.path}`);
    const isSame = (await placedTree(world)) === before;
    verdict.holds("LOAD-INERT", isSame, "the disk is not as it was");
    verdict.holds("LOAD-INERT", requests.length === 0, () => `it sent a request to ${requests[0]}`);
    const isCode = (text: string) =>
      CODE.some((name) => text.endsWith(name)) || text.includes(ran) || text.includes(TRACE);
    const started = executed.find((command) => command.some(isCode));
    verdict.holds("LOAD-INERT", started === undefined, () => `it started ${started?.join(" ")}`);
    const opened = observe.opened.map(({ path }) => path);
    const run = opened.find((path) => CODE.some((name) => path.endsWith(name)));
    verdict.holds("LOAD-INERT", run === undefined, `it opened ${run}`);
    if (opened.some((path) => path.endsWith(place)))
      verdict.reached("a dangerous template was read");
  },
});

/** JavaScript that leaves a trace where the harness sees it: in its own process, or on the disk that it shares with a program. */
function setTrace({ kind }: World, ran: string): string {
  return kind === "process"
    ? `process.getBuiltinModule('node:fs').writeFileSync('${ran}', '${TRACE}')`
    : `globalThis.${TRACE} = true`;
}

async function placedTree({ files, root, outside }: World): Promise<string> {
  return JSON.stringify([await readTree(files, root), await readTree(files, outside)]);
}
