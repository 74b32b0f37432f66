import { createHash, timingSafeEqual } from "node:crypto";
import type {
  Host,
  ModelServer,
  ServedAnswer,
  ServedRequest,
  ServeRequest,
  SubjectConfig,
} from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { ModelFinder } from "../places/model_finder.ts";
import { answerFile } from "./answer_file.ts";
import { answerInfo, answerPathsInfo, answerTree } from "./answer_listing.ts";
import { refusal, withoutBody } from "./answers.ts";
import { Catalog, type Found } from "./catalog.ts";
import type { ModelCopy } from "./copy_record.ts";
import { parseRoute, type Route, splitTarget, type Target } from "./parse_route.ts";

/** How models are offered. */
export interface ServeOptions extends ServeRequest {
  /** Where models are looked for: everywhere, or below the root and in the hub's cache alone. @default {"all"} */
  readonly places?: "all" | "root";
  /** Whether copies of which nothing is recorded are offered as they are. @default {false} */
  readonly unverified?: boolean;
  /**
   * Whether only this machine can connect. Then a request must be addressed to this machine too: a page in a browser here could
   * otherwise read the models by a name of its own that leads here. @default {false}
   */
  readonly isLoopback?: boolean;
  /** Ends what is being read to verify a model. */
  readonly signal?: AbortSignal;
  /** Called with what keeps a copy, or all of them, from being offered. */
  readonly onTrouble?: (error: ModelError) => void;
}

/** No request of the protocol is longer. */
const TARGET_LENGTH_MAX = 8192;
const LOOPBACK_REGEXP = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;
/** What a `Link` may repeat of a request. */
const HOST_REGEXP = /^[\w.:[\]-]{1,255}$/;

/**
 * Answers questions of the hub's protocol from the models of this machine, and writes nothing: every requirement `SERVE-*`.
 *
 * It knows no network: a front hands it requests, and sends what it answers.
 */
export class HubServer implements ModelServer {
  readonly #catalog: Catalog;
  readonly #options: ServeOptions;

  /**
   * Reads nothing yet.
   *
   * @param options which copies are offered, and to whom; `repositories` are those of model ids that the app chose itself
   */
  constructor(
    host: Host,
    config: SubjectConfig,
    options: ServeOptions & { readonly repositories?: Readonly<Record<string, string>> },
  ) {
    const { places = "all", unverified = false, repositories = {}, signal } = options;
    this.#options = options;
    this.#catalog = new Catalog(new ModelFinder(host, config), host.clock, {
      places,
      unverified,
      repositories,
      signal,
      onTrouble: (error) => options.onTrouble?.(error),
    });
  }

  /**
   * The copies that are offered as far as sizes say it, for the command alone.
   *
   * @ignore
   * @throws {ModelError} the code of a disk that fails
   */
  async copies(): Promise<readonly ModelCopy[]> {
    return this.#catalog.copies();
  }

  /** Answers one request. */
  async answer(request: ServedRequest): Promise<ServedAnswer> {
    try {
      const answer = this.#refused(request) ?? (await this.#answer(request));
      return request.method === "HEAD" ? withoutBody(answer) : answer;
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      this.#options.onTrouble?.(error);
      // What is wrong here names directories of this machine, which are nobody else's business.
      return refusal({ status: 500, message: "The models of this machine cannot be read" });
    }
  }

  /** What is refused whatever is asked for. */
  #refused({ headers, target }: ServedRequest): ServedAnswer | undefined {
    const { token, isLoopback = false } = this.#options;
    if (token !== undefined && !hasToken(headers["authorization"], token)) {
      const fields = [["WWW-Authenticate", 'Bearer realm="Authentication required"']] as const;
      return refusal({ status: 401, message: "Invalid username or password.", fields });
    }
    if (isLoopback && token === undefined && !LOOPBACK_REGEXP.test(headers["host"] ?? ""))
      return refusal({ status: 421, message: "This server answers for this machine alone" });
    return target.length > TARGET_LENGTH_MAX
      ? refusal({ status: 414, message: "The address is too long" })
      : undefined;
  }

  async #answer(request: ServedRequest): Promise<ServedAnswer> {
    const target = splitTarget(request.target);
    const route = parseRoute(target.rawPath);
    if (route.kind === "malformed") return refusal({ status: 400, message: "Malformed address" });
    if (route.kind === "unknown") return refusal({ status: 404, message: "Not found" });
    const allowed = route.kind === "paths-info" ? ["POST"] : ["GET", "HEAD"];
    if (!allowed.includes(request.method)) {
      const fields = [["Allow", allowed.join(", ")]] as const;
      return refusal({ status: 405, message: "Method not allowed", fields });
    }
    const found = await this.#catalog.find(route.repository, route.revision);
    return found.kind === "model"
      ? this.#answerOf(found, { request, route, target })
      : absent(found, route.revision);
  }

  async #answerOf(
    { model, files }: Extract<Found, { kind: "model" }>,
    asked: { readonly request: ServedRequest; readonly route: Route; readonly target: Target },
  ): Promise<ServedAnswer> {
    const { request, route, target } = asked;
    const { headers, method, body } = request;
    switch (route.kind) {
      case "info":
        return answerInfo(model, target.query);
      case "tree": {
        const host = headers["host"] ?? "";
        const origin = HOST_REGEXP.test(host) ? `http://${host}` : "";
        return answerTree(model, { ...target, folder: route.folder, origin });
      }
      case "paths-info": {
        const type = headers["content-type"] ?? "";
        return answerPathsInfo(model, { type, ...(body !== undefined && { body }) });
      }
      case "resolve": {
        const onChange = () => this.#catalog.forget(model);
        return answerFile(files, model, { path: route.path, method, headers, onChange });
      }
    }
  }
}

function absent(found: Exclude<Found, { kind: "model" }>, revision: string): ServedAnswer {
  if (found.kind === "no-repository")
    return refusal({ status: 404, code: "RepoNotFound", message: "Repository not found" });
  const known = found.revisions.join(", ");
  return refusal({
    status: 404,
    code: "RevisionNotFound",
    message: `Invalid rev id: ${revision}; this machine has ${known}`,
  });
}

/** Compared in the same time whatever is wrong with it: `SERVE-TOKEN`. */
function hasToken(authorization: string | undefined, token: string): boolean {
  const [scheme = "", ...rest] = (authorization ?? "").trim().split(" ");
  const isSame = timingSafeEqual(sha256(rest.join(" ").trim()), sha256(token));
  return isSame && scheme.toLowerCase() === "bearer";
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
