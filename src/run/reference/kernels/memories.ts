/** The memories of a kernel module, by index: a piece of the weights, which is only read, and the work memory. */
export const WEIGHTS_MEMORY = 0;
export const WORK_MEMORY = 1;

/** A memory is addressed with 32 bits. */
export const PAGE_BYTES = 65_536;
export const PAGES_MAX = 65_536;
