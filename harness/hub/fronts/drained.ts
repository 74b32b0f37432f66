import type { ServerResponse } from "node:http";

/** Waits until a client has taken what was written; resolves to false when it went away first. */
export function drained(outgoing: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    function settle(alive: boolean): void {
      outgoing.off("drain", onDrain);
      outgoing.off("close", onClose);
      resolve(alive);
    }
    const onDrain = () => settle(true);
    const onClose = () => settle(false);
    outgoing.on("drain", onDrain);
    outgoing.on("close", onClose);
    if (outgoing.destroyed) settle(false);
  });
}
