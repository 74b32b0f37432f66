/**
 * Work for several processes.
 *
 * @module
 */

export { mapInForks, type MapInForksOptions, serveForks } from "./map_in_forks.ts";
