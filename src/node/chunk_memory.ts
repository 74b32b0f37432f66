/** Whether memory is handed out as Node does it: each read of a socket has memory of its own. */
const IS_NODE = !["bun", "deno"].some((name) => name in process.versions);

/**
 * Gives the memory of chunks that came from the network back as soon as they were used.
 *
 * A chunk is a small object that holds much memory outside of the heap, and it stays until the garbage collector comes by. For
 * thousands of them a second it comes by all the time, and looks through everything that there is.
 */
export class ChunkMemory {
  readonly #own = new WeakSet<ArrayBufferLike>();

  /**
   * Notes a chunk whose memory nobody else uses.
   *
   * @param chunk as a socket gave it, or a part of that; parts of one are read in order
   */
  note(chunk: Uint8Array): void {
    if (IS_NODE && hasItsMemoryAlone(chunk)) this.#own.add(chunk.buffer);
  }

  /** Frees the memory of a chunk that was noted, and leaves any other alone. Nothing may be read of the chunk afterwards. */
  release(chunk: Uint8Array): void {
    const { buffer } = chunk;
    if (!(buffer instanceof ArrayBuffer) || !this.#own.delete(buffer)) return;
    buffer.transfer(0);
  }
}

/** The chunks of this process. */
export const chunkMemory = new ChunkMemory();

/**
 * Whether a chunk is the last part of what was read at once, and most of it: what comes before it was read, nothing comes
 * behind it, and it is no part of the memory that Node shares out to small ones.
 */
function hasItsMemoryAlone({ byteOffset, byteLength, buffer }: Uint8Array): boolean {
  return byteOffset + byteLength === buffer.byteLength && 2 * byteLength > buffer.byteLength;
}
