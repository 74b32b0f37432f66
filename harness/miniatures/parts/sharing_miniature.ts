import type { ModelManager, ShareRequest, ShareResult } from "../../../spec/mod.ts";
import { type Miniature, miniature, type StartedWith } from "../miniature.ts";
import { failure } from "./failures.ts";

/** How a share is asked for. */
type Share = (request: ShareRequest) => Promise<ShareResult>;

/** A miniature that answers a share in another way. */
export function sharing(
  name: string,
  options: Pick<Miniature, "mistake" | "breaks" | "shownBy"> & {
    readonly wrap: (share: Share, started: StartedWith) => Share;
  },
): Miniature {
  const { wrap, ...facts } = options;
  const wrapManager = (manager: ModelManager, started: StartedWith): Partial<ModelManager> => {
    const share: Share = async (request) => {
      const result = await manager.share?.(request);
      if (result === undefined) throw failure("unsupported", "It shares nothing");
      return result;
    };
    return manager.share === undefined ? {} : { share: wrap(share, started) };
  };
  return miniature(name, { ...facts, wrapManager });
}
