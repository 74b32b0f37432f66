import type { FileSystem, OpenFile } from "../../../spec/mod.ts";

/** A disk whose `config.json` files read as the text that is made of theirs, which must be as long. */
export function readingConfig(files: FileSystem, change: (text: string) => string): FileSystem {
  return new Proxy(files, {
    get: (target, name: keyof FileSystem) => {
      if (name !== "open") {
        const own = target[name];
        return typeof own === "function" ? own.bind(target) : own;
      }
      const open: FileSystem["open"] = async (path, ...rest) => {
        const file = await target.open(path, ...rest);
        if (!path.endsWith("config.json")) return file;
        return new Proxy(file, {
          get: (opened, key: keyof OpenFile) => {
            if (key !== "read") {
              const own = opened[key];
              return typeof own === "function" ? own.bind(opened) : own;
            }
            return async (buffer: Uint8Array, position: number) => {
              const count = await opened.read(buffer, position);
              const text = Buffer.from(buffer.subarray(0, count)).toString("latin1");
              buffer.set(Buffer.from(change(text), "latin1"));
              return count;
            };
          },
        });
      };
      return open;
    },
  });
}
