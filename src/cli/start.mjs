#!/usr/bin/env -S node --max-semi-space-size=2
// Network buffers are small objects that hold much memory outside the heap; a small young generation frees them in time.
import { launch } from "./launch/launch.mjs";

// Files are synced in threads of Node, four if nobody says more; a disk writes its journal once for all that wait for it.
process.env["UV_THREADPOOL_SIZE"] ??= "16";

await launch("mlx-layout", import.meta.url);
