import { join } from "node:path";
import { MARKER_NAME } from "../../../spec/mod.ts";
import type { ServedAnswer } from "../../../spec/mod.ts";
import { exists, writeBytes } from "../../disk/mod.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import {
  serving,
  isFile,
  json,
  refused,
  objectOf,
  headerOf,
  withoutHeader,
  withHeader,
} from "../parts/served_answers.ts";

/** Miniatures that offer models to others wrongly. */
export const servingMiniatures: readonly Miniature[] = [
  miniature("serves_what_is_there", {
    mistake: "Describes a model that is not complete as if it were.",
    breaks: ["SERVE-WHOLE"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const [, id] = /^\/api\/models\/([^/]+\/Offered-4bit)$/.exec(request.target) ?? [];
        return id === undefined || answer.status !== 404
          ? answer
          : json({ id, sha: "0".repeat(40), siblings: [], tags: ["mlx"] });
      }),
  }),
  miniature("describes_what_it_does_not_list", {
    mistake:
      "Describes a whole model, and says that it does not have it when its files are asked for.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        return /\/Offered-4bit\/tree\//.test(request.target) && answer.status === 200
          ? refused(404, "RepoNotFound")
          : answer;
      }),
  }),
  miniature("refuses_marked_questions", {
    mistake: "Refuses what has a header of the hub's that it does not know.",
    breaks: ["SERVE-LISTING"],
    shownBy: ["serve/asked_otherwise"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const isByName = request.target.includes("/paths-info/");
        const isMarked = Object.keys(request.headers).some((name) => name.startsWith("x-hf-"));
        return isByName && isMarked ? refused(400, "BadHeader") : server.answer(request);
      }),
  }),
  miniature("makes_up_commits", {
    mistake: "Names a commit of its own for a model without a revision.",
    breaks: ["SERVE-COMMIT"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (!/^\/api\/models\/[^/]+\/[^/?]+$/.test(request.target) || answer.status !== 200)
          return answer;
        return json({ ...(await objectOf(answer)), sha: "0".repeat(40) });
      }),
  }),
  miniature("describes_the_commit_it_saw_first", {
    mistake:
      "Names the commit that a model had when it was first asked for, whatever it has since.",
    breaks: ["SERVE-COMMIT"],
    shownBy: ["serve/later_revision"],
    wrapManager: (manager) => {
      let first: unknown;
      return serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (!/^\/api\/.*\/Offered-Twice-4bit\/revision\//.test(request.target)) return answer;
        if (answer.status !== 200) return answer;
        const described = await objectOf(answer);
        first ??= "sha" in described ? described.sha : undefined;
        return json({ ...described, sha: first });
      });
    },
  }),
  miniature("lists_the_first_page", {
    mistake: "Answers with the first page of a listing, and names no next one.",
    breaks: ["SERVE-LISTING"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) =>
        withoutHeader(await server.answer(request), "link"),
      ),
  }),
  miniature("spells_slashes_in_next_pages", {
    mistake: "Names the next page of a listing with a slash that the question had encoded.",
    breaks: ["SERVE-LISTING"],
    shownBy: ["serve/as_the_hub"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const link = headerOf(answer, "link");
        return link === undefined
          ? answer
          : withHeader(answer, "Link", link.replaceAll(/%2F/gi, "/"));
      }),
  }),
  miniature("tags_by_size", {
    mistake: "Makes the tag of a file of its size.",
    breaks: ["SERVE-ETAG"],
    shownBy: ["serve/as_the_hub"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const own = headerOf(await server.answer({ ...request, method: "HEAD" }), "etag");
        const condition = request.headers["if-range"];
        const known = condition === `"size"` && own !== undefined ? own : condition;
        const answer = await server.answer({
          ...request,
          headers: { ...request.headers, ...(known !== undefined && { "if-range": known }) },
        });
        return isFile(request) && answer.status < 300
          ? withHeader(answer, "ETag", '"size"')
          : answer;
      }),
  }),
  miniature("forgets_what_is_missing", {
    mistake: "Answers 404 without saying what is missing.",
    breaks: ["SERVE-ABSENT"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) =>
        withoutHeader(await server.answer(request), "x-error-code"),
      ),
  }),
  miniature("describes_without_sizes", {
    mistake: "Describes files by their names alone, also where sizes and hashes are asked for.",
    breaks: ["SERVE-LISTING"],
    shownBy: ["serve/asked_otherwise"],
    wrapManager: (manager) =>
      serving(manager, (request, server) =>
        server.answer({ ...request, target: request.target.replace(/\?blobs=.*$/i, "") }),
      ),
  }),
  miniature("asks_for_no_form", {
    mistake: "Reads the names of files in a body of JSON and in no form.",
    breaks: ["SERVE-LISTING"],
    shownBy: ["serve/asked_otherwise"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) =>
        /form/.test(request.headers["content-type"] ?? "")
          ? refused(400, "InvalidBody")
          : server.answer(request),
      ),
  }),
  miniature("reads_one_spelling_of_a_type", {
    mistake: "Takes a body for JSON only where its type is spelt as its own.",
    breaks: ["SERVE-LISTING"],
    shownBy: ["serve/asked_otherwise"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) => {
        const type = request.headers["content-type"] ?? "application/json";
        return /json/i.test(type) && type !== "application/json"
          ? json([])
          : server.answer(request);
      }),
  }),
  miniature("knows_models_by_their_last_name", {
    mistake: "Takes two models of one name for one, whoever made them.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager) =>
      serving(manager, (request, server) => {
        const target = request.target.replace("someone-else/Offered-", "mlx-community/Offered-");
        return server.answer({ ...request, target });
      }),
  }),
  miniature("knows_branches_by_its_own_record", {
    mistake: "Answers for a branch of a cached model only where it has recorded it itself.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/later_revision"],
    wrapManager: (manager, { host: { files } }) =>
      serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        const [, repository = "", encoded = "main"] =
          /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^/]+)$/.exec(request.target) ?? [];
        const revision = decodeURIComponent(encoded);
        if (answer.status !== 200 || revision === "main") return answer;
        const directory = await manager.locate({ repository, revision, layout: "hf-cache" });
        const isRecorded = await exists(files, join(directory ?? "", MARKER_NAME));
        return isRecorded ? answer : refused(404, "RevisionNotFound");
      }),
  }),
  miniature("remembers_what_it_refused", {
    mistake: "Refuses for ever what it has refused once.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/whole_models"],
    wrapManager: (manager) => {
      const refusedOnce = new Map<string, ServedAnswer>();
      return serving(manager, async (request, server) => {
        const answer = refusedOnce.get(request.target) ?? (await server.answer(request));
        if (answer.status === 404 && request.target.includes("/Offered-4bit"))
          refusedOnce.set(request.target, { ...answer, body: null });
        return answer;
      });
    },
  }),
  miniature("keeps_a_log_beside", {
    mistake: "Writes a line about each request into the root.",
    breaks: ["SERVE-READ-ONLY"],
    wrapManager: (manager, { host, config }) =>
      serving(manager, async (request, server) => {
        const log = join(config.root, "served.log");
        if (!(await exists(host.files, log)))
          await unlessRefused(() => writeBytes(host.files, log, new Uint8Array(1)), undefined);
        return server.answer(request);
      }),
  }),
  miniature("asks_the_token_of_files_alone", {
    mistake: "Asks for the token where a file is asked for, and describes models to whoever asks.",
    breaks: ["SERVE-TOKEN"],
    wrapManager: (manager) => {
      const { serve } = manager;
      if (serve === undefined) return {};
      return {
        serve: async (request) => {
          const closed = await serve.call(manager, request);
          const open = await serve.call(manager, {});
          return {
            answer: (asked) =>
              asked.target.startsWith("/api/") ? open.answer(asked) : closed.answer(asked),
          };
        },
      };
    },
  }),
];
