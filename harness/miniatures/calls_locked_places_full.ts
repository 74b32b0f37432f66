import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Says of a place that is not its own to write that the disk is full. */
export const callsLockedPlacesFull = lyingAnswers(
  {
    name: "calls_locked_places_full",
    lie: "Says of a place that is not its own to write that the disk is full.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/refused_calls"],
  },
  (manager) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code !== "access-denied" || !isRefusal(error)) throw error;
        const full = new Error("Cannot download: the disk is full", { cause: error });
        throw Object.assign(full, { code: "disk-full" });
      }
    },
  }),
);

/** Whether the system refused a write, at whatever depth of causes; a file in the way is another matter. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isSystems = "code" in error && ["EACCES", "EPERM", "EROFS"].includes(String(error.code));
  return isSystems || isRefusal(error.cause);
}
