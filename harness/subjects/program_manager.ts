import { join } from "node:path";
import type {
  CheckReport,
  DownloadRequest,
  DownloadResult,
  ListedModel,
  MigrationResult,
  ModelManager,
  ModelRequest,
  ModelStatus,
  RemoveResult,
  RuntimeVerdict,
  ShareRequest,
  ShareResult,
  UrlRequest,
  WaitOptions,
} from "../../spec/mod.ts";
import { NotApplicable } from "../errors.ts";
import { serverAt } from "../hub/fronts/server_at.ts";
import type { MessageToSubject, SubjectHello, SubjectOperation } from "./message.ts";

/** Sends one operation to a subject's process. */
export type Ask = (
  operation: SubjectOperation,
  request: Extract<MessageToSubject, { type: "operation" }>["request"],
  options: WaitOptions,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Implements the contract over the subject protocol: each call is one operation. What the subject does not claim is not
 * requested.
 *
 * @param ask sends an operation; its answers have passed the protocol's schemas
 */
export function programManager(ask: Ask, claims: SubjectHello): ModelManager {
  const of = async <T>(
    operation: SubjectOperation,
    request: Extract<MessageToSubject, { type: "operation" }>["request"],
    options: WaitOptions = {},
  ): Promise<T> => {
    if (!claims.operations.includes(operation))
      throw new NotApplicable(`${claims.name} does not do ${operation}`, { isLasting: true });
    const { layout } = (request ?? {}) as Partial<ModelRequest>;
    // A scenario of several layouts draws another one next.
    if (layout !== undefined && !claims.layouts.includes(layout))
      throw new NotApplicable(`${claims.name} does not have layout ${layout}`);
    const lack = lackOf(claims, { request, options });
    if (lack !== undefined) throw new NotApplicable(`${claims.name} ${lack}`, { isLasting: true });
    // The result passed the operation's schema.
    return (await ask(operation, request, options)) as T;
  };
  return {
    download: async (request, options) =>
      downloaded(await of("download", ownLayout(request, claims), options)),
    downloadUrl: async (request: UrlRequest, options) =>
      downloaded(await of("downloadUrl", request, options)),
    locate: async (request) =>
      (await of<{ directory?: string }>("locate", ownLayout(request, claims))).directory,
    status: async (request) => status(await of("status", ownLayout(request, claims))),
    verify: async (request, options) =>
      status(await of("verify", ownLayout(request, claims), options)),
    list: async () =>
      (await of<{ models: ListedModel[] }>("list", undefined)).models.map((model) => ({
        ...model,
        repository: model.repository,
        misplaced: model.misplaced,
        sizeBytes: model.sizeBytes ?? 0,
      })),
    remove: (request): Promise<RemoveResult> => of("remove", ownLayout(request, claims)),
    migrate: async (request, options) => migrated(await of("migrate", request, options)),
    // Who does not do it need not be asked: it is optional.
    ...(claims.operations.includes("share") && {
      share: async (request: ShareRequest, options?: WaitOptions) =>
        shared(await of("share", request, options)),
    }),
    check: async (request, options) =>
      checked(await of("check", ownLayout(request, claims), options)),
    canLoad: async (request, options) => {
      const ok = await of<Pick<CheckReport, "runtimes">>("canLoad", request, options);
      return { runtimes: verdictsIn(ok) };
    },
    serve: async (request) => serverAt((await of<{ address: string }>("serve", request)).address),
  };
}

/** A request without a layout uses the subject's first one. */
function ownLayout<T extends ModelRequest>(request: T, claims: SubjectHello): T {
  const [own] = claims.layouts;
  return request.layout !== undefined || own === undefined || own === "hubapi"
    ? request
    : { ...request, layout: own };
}

function lackOf(
  claims: SubjectHello,
  call: {
    readonly request: Extract<MessageToSubject, { type: "operation" }>["request"];
    readonly options: WaitOptions;
  },
): string | undefined {
  const { options } = call;
  const request: Partial<DownloadRequest> = call.request ?? {};
  const can = (capability: SubjectHello["capabilities"][number]) =>
    claims.capabilities.includes(capability);
  if ((request.include !== undefined || request.exclude !== undefined) && !can("patterns"))
    return "takes no patterns";
  if (request.revision !== undefined && request.revision !== "main" && !can("revision"))
    return "takes no revision";
  if (request.token !== undefined && !can("token")) return "takes no token";
  if (request.offline === true && !can("offline")) return "cannot be told to stay offline";
  if (request.endpoint !== undefined && !can("endpoint")) return "takes no endpoint in a request";
  if (options.signal !== undefined && !can("cancel")) return "cannot be cancelled";
  if (options.onProgress !== undefined && !can("progress")) return "reports no progress";
  return undefined;
}

/** Results that do not say whether the hub gave an answer: a program need not, and the contract's field is false there. */
const withoutOffline = new WeakSet<DownloadResult>();

/** Whether a result may be of the local copy alone: it says so, or it is a program's that says nothing about that. */
export function mayBeOffline(result: DownloadResult): boolean {
  return result.offline || withoutOffline.has(result);
}

function downloaded(ok: Partial<DownloadResult> & { readonly directory: string }): DownloadResult {
  // In the hub's cache the directory's name is the commit.
  const named = /[/\\]snapshots[/\\]([0-9a-f]{40})[/\\]?$/.exec(ok.directory)?.[1] ?? "";
  const { directory, commit = named, files = [], bytesFetched = 0, offline = false } = ok;
  // A trailing separator names the same directory.
  const result = { directory: join(directory, "."), commit, files, bytesFetched, offline };
  if (ok.offline === undefined) withoutOffline.add(result);
  return result;
}

function migrated({
  from,
  to,
  files,
  leftBehind = [],
  isDone = false,
}: Partial<MigrationResult> & Pick<MigrationResult, "from" | "to" | "files">): MigrationResult {
  return { from, to, files, leftBehind, isDone };
}

function shared({
  leftBehind = [],
  isDone = false,
  ...ok
}: Omit<ShareResult, "leftBehind" | "isDone"> & Partial<ShareResult>): ShareResult {
  return { ...ok, leftBehind, isDone };
}

function status(ok: ModelStatus): ModelStatus {
  const { directory } = ok;
  switch (ok.state) {
    case "complete":
      return { state: "complete", directory, commit: ok.commit ?? "" };
    case "incomplete":
      return { state: "incomplete", directory, faults: ok.faults ?? [] };
    case "unknown":
      return { state: "unknown", directory, why: ok.why ?? "" };
  }
}

/** A verdict's `why` and `remedy` are optional in the protocol. */
function verdictsIn(ok: {
  readonly runtimes?: readonly (Pick<RuntimeVerdict, "runtime" | "from" | "before" | "loads"> &
    Partial<RuntimeVerdict>)[];
}): RuntimeVerdict[] {
  return (ok.runtimes ?? []).map(({ runtime, from, before, loads, why = [], remedy }) => ({
    runtime,
    from,
    before,
    loads,
    why,
    remedy,
  }));
}

function checked(ok: CheckReport): CheckReport {
  return {
    directory: ok.directory,
    loadable: ok.loadable,
    findings: ok.findings,
    architecture: ok.architecture,
    parameterCount: ok.parameterCount ?? 0,
    tensorCount: ok.tensorCount ?? 0,
    quantization: ok.quantization,
    weightFiles: ok.weightFiles ?? [],
    ...(ok.runtimes !== undefined && { runtimes: verdictsIn(ok) }),
  };
}
