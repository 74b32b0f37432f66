#!/usr/bin/env node
import { launch } from "../src/cli/launch/launch.mjs";

await launch("mlx-conform", import.meta.url);
