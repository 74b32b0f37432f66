/**
 * Hubs that mean harm.
 *
 * @module
 */

export { attackingFetch } from "./attacking_fetch.ts";
export {
  ATTACKED_VOLUME_BYTES,
  type AttackFinding,
  type AttackGain,
  type AttackOutcome,
  runAttack,
} from "./run_attack.ts";
