#!/usr/bin/env -S node --max-semi-space-size=2
// Network buffers are small objects that hold much memory outside the heap; a small young generation frees them in time.
import { launch } from "./launch.mjs";

await launch("mlx-layout", import.meta.url);
