/**
 * Parts that several scenarios need.
 *
 * @module
 */

export {};
