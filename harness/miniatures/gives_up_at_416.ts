import { lyingHost } from "./lying_host.ts";

/** Takes 416 for a failure for good, each time anew. */
export const givesUpAt416 = lyingHost(
  {
    name: "gives_up_at_416",
    lie: "Takes 416 for a failure for good, each time anew.",
    breaks: ["DL-RESUME-UNWEDGED"],
  },
  (host) => {
    let refused = 0;
    return {
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        if (response.status === 416) refused++;
        // Whatever it asks for after that, this process gets no further.
        return refused > 0 ? { ...response, status: 400, body: null } : response;
      },
    };
  },
);
