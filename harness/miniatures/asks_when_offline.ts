import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Asks the hub once although HF_HUB_OFFLINE forbids it. */
export const asksWhenOffline: Miniature = {
  name: "asks_when_offline",
  lie: "Asks the hub once although HF_HUB_OFFLINE forbids it.",
  breaks: ["HUB-ENV-OFFLINE"],
  wrap: (subject) =>
    wrapSubject(subject, "asks_when_offline", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          if (/^(?:1|on|yes|true)$/i.test(config.env["HF_HUB_OFFLINE"] ?? "")) {
            const url = `${config.env["HF_ENDPOINT"]}/api/models/${request.repository}`;
            await host.fetch(url, { method: "GET", headers: {} }).catch(() => {});
          }
          return manager.download(request, options);
        },
      });
    }),
};
