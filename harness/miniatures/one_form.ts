import { join } from "node:path";
import type { DownloadResult, MigrationResult } from "../../spec/mod.ts";
import { diskError, diskErrorCode } from "../disk/mod.ts";
import { markerText } from "../scenario_parts/marker_observations.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { failure } from "./parts/failures.ts";
import { withHeaders } from "./parts/hub_exchanges.ts";

/** What says nothing of when something was changed. */
const NO_DATE = "Thu, 01 Jan 1970 00:00:00 GMT";

/** Miniatures that handle the usual form of something, and none of its other ones. */
export const oneFormMiniatures: readonly Miniature[] = [
  miniature("trusts_the_names_of_releases", {
    mistake: "Asks for each file by the name of the revision where that begins like a version.",
    breaks: ["DL-ONE-COMMIT"],
    wrapHost: (host) => {
      let revision = "";
      return {
        fetch: (url, request) => {
          revision = /\/revision\/([^/?]+)$/.exec(url)?.[1] ?? revision;
          const asked = /^v?\d+\./.test(revision)
            ? url.replace(/\/resolve\/[0-9a-f]{40}\//, `/resolve/${revision}/`)
            : url;
          return host.fetch(asked, request);
        },
      };
    },
  }),
  miniature("hammers_for_files", {
    mistake:
      "Keeps the pauses that the hub's API asks for, and none that is asked for with a file.",
    breaks: ["DL-RETRY-AFTER"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        if (url.includes("/api/")) return response;
        return withHeaders(response, { "retry-after": undefined, ratelimit: undefined });
      },
    }),
  }),
  miniature("looks_at_no_date", {
    mistake: "Resumes an address whose content only a date shows to be another one.",
    breaks: ["DL-OTHER-WAY"],
    wrapHost: (host) => ({
      fetch: async (url, request) =>
        withHeaders(await host.fetch(url, request), { "last-modified": NO_DATE }),
    }),
  }),
  miniature("asks_the_page_for_its_name", {
    mistake: "Keeps the page that it was sent to, where that page is one by its own name.",
    breaks: ["DL-NO-PAGE"],
    shownBy: ["download/page_for_a_file"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const isPage = /\/(?:login|index)\.html?$/.test(new URL(url).pathname);
        return isPage
          ? withHeaders(response, { "content-type": "application/octet-stream" })
          : response;
      },
    }),
  }),
  miniature("reads_addresses_from_the_hub", {
    mistake: "Takes a relative address that another host gives for one of the hub's.",
    breaks: ["HUB-REDIRECT"],
    wrapHost: (host, { config }) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const location = response.headers.get("location");
        const hub = config.env["HF_ENDPOINT"];
        if (hub === undefined || url.startsWith(hub) || location?.startsWith("/") !== true)
          return response;
        return withHeaders(response, { location: hub + location });
      },
    }),
  }),
  miniature("follows_later_pages_into_clear_text", {
    mistake: "Looks at the first address of a next page only, and follows the later ones anywhere.",
    breaks: ["HUB-SECURE"],
    wrapHost: (host) => {
      let pages = 0;
      const inClear = new Map<string, string>();
      return {
        fetch: async (url, request) => {
          const response = await host.fetch(inClear.get(url) ?? url, request);
          const link = response.headers.get("link");
          if (link === null || pages++ === 0) return response;
          const target = /<(http:[^>]*)>/.exec(link)?.[1];
          if (target === undefined) return response;
          const secure = target.replace("http:", "https:");
          inClear.set(secure, target);
          return withHeaders(response, { link: link.replace(target, secure) });
        },
      };
    },
  }),
  miniature("passes_over_empty_pages", {
    mistake: "Goes on to the next page of a listing for as long as pages are empty.",
    breaks: ["HUB-LIMIT-LISTING"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        let response = await host.fetch(url, request);
        while (url.includes("/tree/") && response.headers.get("content-length") === "2") {
          const next = /<([^>]*)>/.exec(response.headers.get("link") ?? "")?.[1];
          if (next === undefined) break;
          response = await host.fetch(next, request);
        }
        return response;
      },
    }),
  }),
  miniature("counts_what_is_left_out", {
    mistake: "Reports a model as there when as many patterns were left out before, whichever.",
    breaks: ["LAYOUT-WIDER"],
    wrapManager: (manager) => {
      const before = new Map<string, DownloadResult>();
      return {
        download: async (request, options) => {
          const { repository, include = [], exclude = [] } = request;
          const key = `${repository} ${include.join()} without ${exclude.length}`;
          const known = before.get(key);
          if (known !== undefined && exclude.length > 0) return known;
          const result = await manager.download(request, options);
          before.set(key, result);
          return result;
        },
      };
    },
  }),
  miniature("reads_later_formats", {
    mistake: "Takes a marker for its own whose format begins like its own.",
    breaks: ["MARK-FOREIGN"],
    wrapManager: (manager, { host: { files }, config }) => ({
      status: async (request) => {
        const status = await manager.status(request);
        const directory = modelPlace(config, request.repository);
        const text = (await markerText(files, directory)) ?? "";
        return /"mlx-layout\/1[^"]/.test(text)
          ? { state: "complete", directory, commit: "" }
          : status;
      },
    }),
  }),
  miniature("follows_into_the_neighbourhood", {
    mistake: "Takes every path for one below the root that begins like the root's.",
    breaks: ["LOAD-LINK"],
    wrapManager: (manager, { host: { files }, config }) => ({
      check: async (request, options) => {
        const report = await manager.check(request, options);
        const isNear = async (path: string) =>
          (await files.realpath(join(report.directory, path))).startsWith(config.root);
        const findings = [];
        for (const finding of report.findings)
          if (finding.cause !== "outside-directory" || !(await isNear(finding.path)))
            findings.push(finding);
        return { ...report, findings, loadable: findings.every(({ level }) => level !== "error") };
      },
    }),
  }),
  miniature("knows_one_refusal_of_links", {
    mistake: "Fails to move a model on a volume that refuses links otherwise than by EPERM.",
    breaks: ["MIGRATE-PLAN"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        link: async (source, target) => {
          try {
            await files.link(source, target);
          } catch (error) {
            const isOther = ["ENOSYS", "ENOTSUP", "EMLINK"].includes(diskErrorCode(error) ?? "");
            throw isOther ? diskError("EIO", "link", source, { target }) : error;
          }
        },
      },
    }),
  }),
  miniature("moves_by_an_old_plan", {
    mistake: "Plans each move of a model as its first one was.",
    breaks: ["MIGRATE-PLAN"],
    wrapManager: (manager) => {
      const plans = new Map<string, MigrationResult>();
      return {
        migrate: async (request, options) => {
          const known = plans.get(request.repository);
          const result = await manager.migrate(request, options);
          if (request.step === "move") plans.set(request.repository, result);
          return request.step === "plan" && known !== undefined
            ? { ...known, isDone: false }
            : result;
        },
      };
    },
  }),
  miniature("takes_a_gate_for_an_answer", {
    mistake:
      "Fails where the hub says that a repository is gated now, though the model is complete.",
    breaks: ["OFF-COMPLETE"],
    wrapStart: (start, { host, config }) => {
      let isGated = false;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        isGated ||= response.headers.get("x-error-code") === "GatedRepo";
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          if (!result.offline || !isGated) return result;
          throw failure("gated", "Cannot use the model: its repository is gated");
        },
      });
    },
  }),
];
