import type { Host, ModelManager, RequirementId, Subject, SubjectConfig } from "../../spec/mod.ts";
import { optionalCalls } from "../worlds/optional_calls.ts";

/**
 * A correct subject with one mistake built in, which shows that the suite finds it.
 *
 * It wraps the subject or the host that the subject gets, so it works on any implementation.
 */
export interface Miniature {
  /** Named after the mistake, such as `skips_hash`. */
  readonly name: string;
  /** The mistake in one sentence. */
  readonly mistake: string;
  /** The requirements that it breaks: these must fail, and no others. */
  readonly breaks: readonly RequirementId[];
  /** The scenarios that show it, where others judge the same of another mistake. @default {all that judge what it breaks} */
  readonly shownBy?: readonly string[];
  /** Builds the mistake into a subject; each start of the result has a state of its own. */
  wrap(subject: Subject): Subject;
}

/** What a process of the subject is started with. */
export interface StartedWith {
  readonly host: Host;
  readonly config: SubjectConfig;
}

/** How the mistake is built in: by one of the three. */
export type MiniatureWrapper =
  | {
      /** Returns what changes in the host: what the subject learns of the world, or does to it. */
      readonly wrapHost: (host: Host, started: StartedWith) => Partial<Host>;
    }
  | {
      /** Returns the methods that answer in another way. */
      readonly wrapManager: (manager: ModelManager, started: StartedWith) => Partial<ModelManager>;
    }
  | {
      /** Starts the subject, for a mistake that needs both, or another configuration. */
      readonly wrapStart: (start: Subject["start"], started: StartedWith) => ModelManager;
    };

/** Options of {@linkcode miniature}. */
export type MiniatureOptions = Pick<Miniature, "mistake" | "breaks" | "shownBy"> & MiniatureWrapper;

/** Makes a miniature. Its wrapper is called once for each start of the subject. */
export function miniature(name: string, options: MiniatureOptions): Miniature {
  const { mistake, breaks, shownBy } = options;
  return {
    name,
    mistake,
    breaks,
    ...(shownBy === undefined ? {} : { shownBy }),
    wrap: (subject) => ({
      name: `${name}(${subject.name})`,
      version: subject.version,
      start: (host, config) => startWrapped(subject, options, { host, config }),
    }),
  };
}

function startWrapped(
  subject: Subject,
  wrapper: MiniatureWrapper,
  started: StartedWith,
): ModelManager {
  const { host, config } = started;
  if ("wrapStart" in wrapper) return wrapper.wrapStart(subject.start.bind(subject), started);
  if ("wrapHost" in wrapper)
    return subject.start({ ...host, ...wrapper.wrapHost(host, started) }, config);
  const manager = subject.start(host, config);
  return withMethods(manager, wrapper.wrapManager(manager, started));
}

/** A manager some methods of which are replaced. */
export function withMethods(manager: ModelManager, methods: Partial<ModelManager>): ModelManager {
  return {
    download: (request, options) => manager.download(request, options),
    downloadUrl: (request, options) => manager.downloadUrl(request, options),
    locate: (request) => manager.locate(request),
    status: (request) => manager.status(request),
    verify: (request, options) => manager.verify(request, options),
    list: () => manager.list(),
    remove: (request) => manager.remove(request),
    migrate: (request, options) => manager.migrate(request, options),
    check: (request, options) => manager.check(request, options),
    ...optionalCalls(manager, (action) => action()),
    ...methods,
  };
}
