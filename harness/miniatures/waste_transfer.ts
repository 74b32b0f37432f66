import type { Host, SubjectConfig } from "../../spec/mod.ts";
import { encodePath } from "../hub/hub_route.ts";

/** Transfers a file of a repository and keeps nothing of it. */
export async function wasteTransfer(
  host: Host,
  config: SubjectConfig,
  options: { readonly repository: string; readonly commit: string; readonly path: string },
): Promise<void> {
  const { repository, commit, path } = options;
  let url = `${config.env["HF_ENDPOINT"]}/${repository}/resolve/${commit}/${encodePath(path)}`;
  for (;;) {
    const response = await host.fetch(url, { method: "GET", headers: {} });
    const location = response.headers.get("location");
    for await (const _ of response.body ?? []) continue;
    if (location === null) return;
    url = new URL(location, url).href;
  }
}
