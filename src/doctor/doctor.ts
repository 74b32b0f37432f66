import { dirname, resolve } from "node:path";
import {
  type CheckReport,
  type DiagnoseRequest,
  type Diagnosis,
  type DiagnosisFinding,
  type FileSystem,
  fnmatch,
  type Host,
  type ListedModel,
  type Mend,
  type MigrationRequest,
  type SubjectConfig,
  type WaitOptions,
} from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { confinedHost } from "../layout/confined_host.ts";
import { MODEL_SIGNS } from "../layout/layout_definition.ts";
import { placeAt } from "../layout/model_place.ts";
import { isInside } from "../migrate/migration_journal.ts";
import { modelStatus } from "../records/model_status.ts";
import { identifyRepository } from "../places/identify_repository.ts";
import { ModelFinder } from "../places/model_finder.ts";
import { whyAway } from "../places/root_volume.ts";
import { readableFiles } from "../places/readable_files.ts";
import { findAbandoned } from "./abandoned_downloads.ts";
import { type DiagnoseContext, diagnoseModels } from "./diagnose_models.ts";
import { type ExaminedModel, examinedModel, namedModel } from "./examined_model.ts";
import { discardFiles, tidyDirectory } from "./tidy_directory.ts";

/** What a doctor asks others. */
export interface DoctorOptions {
  /** The app's own model ids and the repositories that they stand for. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Checks a directory: by the headers of its weights, or all of their bytes. */
  readonly check: (
    directory: string,
    options: WaitOptions & { readonly depth: "headers" | "full" },
  ) => Promise<CheckReport>;
}

/** Who takes the steps that are about whole models. */
export interface MendSteps {
  readonly download: (step: Extract<Mend, { readonly operation: "download" }>) => Promise<void>;
  readonly migrate: (request: Omit<MigrationRequest, "step">) => Promise<void>;
  readonly remove: (step: Extract<Mend, { readonly operation: "remove" }>) => Promise<void>;
  readonly share: (step: Extract<Mend, { readonly operation: "share" }>) => Promise<void>;
}

/** What is looked at, and as what. */
interface Patients {
  readonly models: readonly ExaminedModel[];
  readonly listed: readonly ListedModel[];
  readonly root: string;
}

/**
 * Finds what is wrong with the models on a machine, and what mends each; without a network, and without a change to the
 * disk: `DOCTOR-CAUSE`, `DOCTOR-MEND`, `DOCTOR-LOCAL`.
 */
export class Doctor {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #options: DoctorOptions;

  constructor(host: Host, config: SubjectConfig, options: DoctorOptions) {
    this.#host = host;
    this.#config = config;
    this.#options = options;
  }

  /**
   * Examines every copy, or those of one repository or directory. Of one all bytes are read, of many the headers.
   *
   * @throws {ModelError} `not-downloaded` when there is no such directory or copy, or the code of a disk that fails
   */
  async diagnose(request: DiagnoseRequest, wait: WaitOptions = {}): Promise<Diagnosis> {
    try {
      const { models, listed, root } = await this.#copies(request);
      const isOne = request.repository !== undefined || models.length === 1;
      const context = this.#context(root, wait);
      const depth = isOne ? "full" : "headers";
      const diagnosis = this.#withoutForbidden(
        await diagnoseModels(context, { models, listed, depth, report: request.report }),
      );
      if (isOne || request.directory !== undefined) return diagnosis;
      const abandoned = await findAbandoned(context.files, { ...this.#config, root });
      const away = await this.#away();
      return { ...diagnosis, findings: [...diagnosis.findings, ...abandoned, ...away] };
    } catch (error) {
      throw diskError(error, `examine the models under "${this.#config.root}"`);
    }
  }

  /**
   * Takes the step that a finding names.
   *
   * @param by who downloads, moves and removes whole models
   * @throws {ModelError} `unsupported` for what another program does, `invalid-argument` where nothing names the repository
   */
  async mend(step: Mend, wait: WaitOptions, by: MendSteps): Promise<void> {
    wait.signal?.throwIfAborted();
    switch (step.operation) {
      case "download":
        return by.download(step);
      case "migrate": {
        const { repository, from, layout } = step;
        if (repository === undefined) throw unnamed(from);
        return by.migrate({ repository, from, ...(layout && { layout }) });
      }
      case "remove":
        return by.remove(step);
      case "share":
        return by.share(step);
      case "tidy":
        await tidyDirectory(this.#confined(step.directory), step.directory);
        return;
      case "discard":
        for (const path of step.paths) await discardFiles(this.#confined(dirname(path)), [path]);
        return;
      case "run":
        throw new ModelError(
          "unsupported",
          `Cannot run "${step.words[0] ?? ""}": it is another program; run it yourself`,
        );
    }
  }

  /** What is below a root that may only be read is told, and no step is named that would change it. */
  #withoutForbidden({ models, findings }: Diagnosis): Diagnosis {
    const marked = [this.#config, ...(this.#config.roots ?? [])].filter((one) => one.isReadOnly);
    const isKept = (directory: string) => marked.some(({ root }) => isInside(root, directory));
    return {
      models,
      findings: findings.map((finding) =>
        isKept(finding.directory) ? { ...finding, mend: undefined } : finding,
      ),
    };
  }

  async #away(): Promise<DiagnosisFinding[]> {
    const findings: DiagnosisFinding[] = [];
    for (const one of [this.#config, ...(this.#config.roots ?? [])]) {
      const detail = await whyAway(this.#host.files, { ...one, env: this.#config.env });
      if (detail === undefined) continue;
      const { root: directory } = one;
      const rest = { directory, repository: undefined, mend: undefined };
      findings.push({ cause: "volume-away", level: "warning", detail, ...rest });
    }
    return findings;
  }

  #confined(directory: string): FileSystem {
    return confinedHost(this.#host, this.#config, [directory]).files;
  }

  #context(root: string, wait: WaitOptions): DiagnoseContext {
    const { env } = this.#config;
    const files = readableFiles(this.#host.files, { root, onUnreadable: () => {} });
    return {
      files,
      root,
      env,
      check: (directory, depth) => this.#options.check(directory, { ...wait, depth }),
      status: (directory) =>
        modelStatus(files, {
          place: placeAt(root, directory),
          source: undefined,
          revision: undefined,
          hash: "never",
          unmarked: "sizes",
        }),
    };
  }

  async #copies({ repository, directory }: DiagnoseRequest): Promise<Patients> {
    const { root } = this.#config;
    if (directory === undefined) {
      const all = await this.#listed(this.#config, "all");
      const listed =
        repository === undefined ? all : all.filter((one) => one.repository === repository);
      if (repository !== undefined && listed.length === 0) throw notHere(repository, root);
      return { models: listed.map(examinedModel), listed, root };
    }
    await this.#assertDirectory(directory);
    if (!(await this.#isModel(directory))) {
      const config = { ...this.#config, root: directory };
      const listed = await this.#listed(config, "root");
      return { models: listed.map(examinedModel), listed, root: directory };
    }
    const real = await this.#host.files.realpath(directory);
    for (const one of await this.#listed(this.#config, "all"))
      if ((await this.#host.files.realpath(one.directory)) === real)
        return { models: [examinedModel(one)], listed: [one], root };
    const id = await identifyRepository(this.#host.files, directory);
    return { models: [namedModel(directory, id)], listed: [], root };
  }

  async #listed(config: SubjectConfig, places: "all" | "root"): Promise<readonly ListedModel[]> {
    const { repositories } = this.#options;
    const finder = new ModelFinder(this.#host, config);
    return (await finder.survey({ places, repositories })).models;
  }

  async #isModel(directory: string): Promise<boolean> {
    const names = await namesIn(this.#host.files, directory);
    return names.some((name) => MODEL_SIGNS.some((sign) => fnmatch(sign, name)));
  }

  async #assertDirectory(directory: string): Promise<void> {
    const stat = await lstatIfThere(this.#host.files, resolve(directory));
    if (stat?.kind === "directory" || stat?.kind === "link") return;
    throw new ModelError(
      "not-downloaded",
      `Cannot examine "${directory}": there is no such directory; name one that holds a model or models`,
    );
  }
}

function unnamed(directory: string): ModelError {
  return new ModelError(
    "invalid-argument",
    `Cannot move "${directory}": nothing says which repository it is; run "mlx-layout migrate" with --as ORG/NAME`,
  );
}

function notHere(repository: string, root: string): ModelError {
  return new ModelError(
    "not-downloaded",
    `Cannot examine "${repository}": no copy of it is under "${root}" or in any known store; run "mlx-layout download ${repository}"`,
  );
}
