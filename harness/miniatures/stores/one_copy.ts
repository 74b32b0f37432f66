import { join } from "node:path";
import { MARKER_NAME, METADATA_DIRECTORY } from "../../../spec/mod.ts";
import { exists, readBytes, readText, readTree, removeTree, writeBytes } from "../../disk/mod.ts";
import { asFailure } from "../../scenario/verdict.ts";
import { hubCachePaths } from "../../scenario_parts/hub_cache.ts";
import { filePlace, modelPlace } from "../../scenario_parts/places.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { failure } from "../parts/failures.ts";
import { sharing } from "../parts/sharing_miniature.ts";

/** How often the store is cleared for a share that is refused: a model has fewer files. */
const CLEARED_MAX = 50;

/** Miniatures that share a copy with another store wrongly, or remove one that others need. */
export const oneCopyMiniatures: readonly Miniature[] = [
  sharing("shares_the_top_alone", {
    mistake: "Shares no file that lies in a directory of the model's.",
    breaks: ["SHARE-VISIBLE"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const result = await share(request);
        if (request.step !== "share") return result;
        for (const { path } of result.files)
          if (path.includes("/")) await files.unlink(filePlace(result.to, path));
        return result;
      },
  }),
  sharing("shares_without_metadata", {
    mistake: "Shares with a store of the hub's clients without what they read beside the files.",
    breaks: ["MANAGE-METADATA"],
    shownBy: ["share/shared"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const result = await share(request);
        const { step, layout } = request;
        const metadata = join(result.to, METADATA_DIRECTORY);
        if (step === "share" && layout === "hubapi" && (await exists(files, metadata)))
          await removeTree(files, metadata);
        return result;
      },
  }),
  sharing("shares_by_copying", {
    mistake: "Copies weights where it could give them a second name.",
    // What it has copied is no longer what the share made, and stays when that is taken back.
    breaks: ["SHARE-ONCE", "SHARE-UNDO"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const result = await share(request);
        if (request.step !== "share") return result;
        for (const { path, way } of result.files) {
          if (way !== "link") continue;
          const data = await files.realpath(filePlace(result.to, path));
          const copy = `${data}.copy`;
          await writeBytes(files, copy, await readBytes(files, data));
          await files.rename(copy, data);
        }
        return result;
      },
  }),
  sharing("copies_unasked", {
    mistake: "Copies weights that cannot have a second name, whether the request allows it or not.",
    breaks: ["SHARE-ASKED"],
    wrap: (share) => async (request) => share({ ...request, mayCopy: true }),
  }),
  sharing("plans_a_share_by_doing_it", {
    mistake: "Shares when it is asked what a share would do.",
    breaks: ["SHARE-PLAN"],
    wrap: (share) => async (request) =>
      share(request.step === "plan" ? { ...request, step: "share" } : request),
  }),
  sharing("shares_what_is_damaged", {
    mistake: "Shares a copy without comparing its bytes with what is recorded.",
    breaks: ["SHARE-VERIFIED"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { from, into, repository, step } = request;
        try {
          return await share(request);
        } catch (error) {
          if (asFailure(error)?.code !== "integrity" || step !== "share" || from === undefined)
            throw error;
          const to = modelPlace({ root: into }, repository, { layout: "lmstudio" });
          for (const { path, kind } of await readTree(files, from))
            if (kind !== "directory")
              await writeBytes(files, join(to, path), await readBytes(files, join(from, path)));
          return {
            from,
            to,
            files: [],
            bytesTaken: 0,
            bytesFreed: 0,
            leftBehind: [],
            isDone: true,
          };
        }
      },
  }),
  sharing("shares_over_what_is_there", {
    mistake: "Removes what the store has in a place of the model, when it is something else.",
    breaks: ["SHARE-OWN"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { from = "", into, repository, layout, step } = request;
        for (let cleared = 0; ; cleared++) {
          try {
            return await share(request);
          } catch (error) {
            const { code, file } = asFailure(error) ?? {};
            const place = filePlace(modelPlace({ root: into }, repository, { layout }), file ?? "");
            // Weights of another name are no file of the model.
            const isOfModel = await exists(files, filePlace(from, file ?? ""));
            const isTaken = code === "access-denied" && isOfModel && (await exists(files, place));
            if (!isTaken || step !== "share" || file === undefined || cleared === CLEARED_MAX)
              throw error;
            await files.unlink(place);
          }
        }
      },
  }),
  sharing("shares_beside_other_weights", {
    mistake:
      "Shares into a directory that has the weights of another conversion, and leaves them there.",
    breaks: ["SHARE-APART"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { into, repository, layout, step } = request;
        if (step !== "share" || layout === "hf-cache") return share(request);
        const place = modelPlace({ root: into }, repository, { layout });
        // Put aside for as long as the share takes.
        const aside = new Map<string, Uint8Array>();
        for (;;) {
          try {
            const result = await share(request);
            for (const [path, bytes] of aside) await writeBytes(files, path, bytes);
            return result;
          } catch (error) {
            const { code, file } = asFailure(error) ?? {};
            const path = filePlace(place, file ?? "");
            const isOther = code === "access-denied" && file?.endsWith(".safetensors") === true;
            const isOfModel =
              request.from !== undefined &&
              file !== undefined &&
              (await exists(files, join(request.from, file)));
            if (!isOther || isOfModel || aside.has(path)) throw error;
            aside.set(path, await readBytes(files, path));
            await files.unlink(path);
          }
        }
      },
  }),
  sharing("never_goes_on", {
    mistake: "Refuses a share that a process has begun and not finished.",
    breaks: ["SHARE-CRASH"],
    wrap:
      (share, { host: { files }, config }) =>
      async (request) => {
        if (request.step !== "share") return share(request);
        const note = join(config.root, ".sharing");
        // A refusal that the scenario takes for that of a share which never began.
        if (await exists(files, note))
          throw failure("not-downloaded", "Somebody has begun that share");
        await writeBytes(files, note, new Uint8Array(1));
        const result = await share(request);
        await files.unlink(note);
        return result;
      },
  }),
  sharing("undoes_all_of_it", {
    mistake: "Removes the model's whole directory in the store when a share is undone.",
    breaks: ["SHARE-UNDO"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const result = await share(request);
        if (request.step === "undo") await removeTree(files, result.to);
        return result;
      },
  }),
  sharing("shares_only_its_own", {
    mistake: "Shares no copy without a marker, though another client has written down its hashes.",
    // What it has not shared it cannot take back.
    breaks: ["SHARE-VISIBLE", "SHARE-UNDO"],
    shownBy: ["share/shared", "share/share_undone"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { from, step } = request;
        if (
          step === "share" &&
          from !== undefined &&
          !(await exists(files, join(from, MARKER_NAME)))
        )
          throw failure("integrity", "Nothing says what its bytes must be");
        return share(request);
      },
  }),
  sharing("keeps_its_first_ref", {
    mistake: "Leaves the ref that an earlier share has made where it was, when the model is newer.",
    // Of an update that died it leaves the ref as well.
    breaks: ["SHARE-VISIBLE", "SHARE-CRASH"],
    shownBy: ["share/shared_again", "share/share_killed"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { into, repository, layout, step } = request;
        const ref = join(hubCachePaths(into, repository).refs, "main");
        const before = layout === "hf-cache" ? await readText(files, ref) : undefined;
        const result = await share(request);
        if (step === "share" && before !== undefined)
          await writeBytes(files, ref, new TextEncoder().encode(before));
        return result;
      },
  }),
  sharing("plans_nothing_to_do", {
    mistake: "Says of every share that is planned that it is done.",
    breaks: ["SHARE-PLAN"],
    wrap: (share) => async (request) => ({ ...(await share(request)), isDone: true }),
  }),
  miniature("removes_under_links", {
    mistake: "Removes a model also where links of another store lead into it.",
    breaks: ["REMOVE-LINKED"],
    wrapManager: (manager) => ({
      remove: (request) => manager.remove({ ...request, force: true }),
    }),
  }),
];
