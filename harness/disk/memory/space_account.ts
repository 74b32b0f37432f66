interface Extent {
  readonly start: number;
  readonly end: number;
}

/**
 * Counts the bytes that files really hold on a volume of limited size; holes take no room.
 *
 * The unit is one byte, so that a scenario can say exactly how much room a model needs.
 */
export class SpaceAccount<Node> {
  readonly #capacityBytes: number;
  readonly #extents = new Map<Node, readonly Extent[]>();
  #usedBytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  availableBytes(): number {
    return Math.max(0, this.#capacityBytes - this.#usedBytes);
  }

  allocatedBytes(node: Node): number {
    return lengthOf(this.#extents.get(node) ?? []);
  }

  /** Takes room for a write and returns how many of its bytes, from the first, have room. */
  take(node: Node, position: number, sizeBytes: number): number {
    const before = this.#extents.get(node) ?? [];
    const used = lengthOf(before);
    let fitting = sizeBytes;
    let after = cover(before, position, position + fitting);
    while (lengthOf(after) - used > this.availableBytes()) {
      fitting -= lengthOf(after) - used - this.availableBytes();
      after = cover(before, position, position + fitting);
    }
    this.#put(node, after);
    return fitting;
  }

  /** Gives back what lies beyond a new end. */
  truncate(node: Node, sizeBytes: number): void {
    const before = this.#extents.get(node) ?? [];
    this.#put(
      node,
      before
        .filter((extent) => extent.start < sizeBytes)
        .map((extent) => ({ start: extent.start, end: Math.min(extent.end, sizeBytes) })),
    );
  }

  /** Gives everything of a file back. */
  release(node: Node): void {
    this.#put(node, []);
    this.#extents.delete(node);
  }

  #put(node: Node, extents: readonly Extent[]): void {
    this.#usedBytes += lengthOf(extents) - lengthOf(this.#extents.get(node) ?? []);
    this.#extents.set(node, extents);
  }
}

function lengthOf(extents: readonly Extent[]): number {
  return extents.reduce((total, extent) => total + extent.end - extent.start, 0);
}

function cover(extents: readonly Extent[], start: number, end: number): readonly Extent[] {
  if (end <= start) return extents;
  let merged: Extent = { start, end };
  const apart: Extent[] = [];
  for (const extent of extents) {
    if (extent.end < start || extent.start > end) {
      apart.push(extent);
    } else {
      merged = {
        start: Math.min(merged.start, extent.start),
        end: Math.max(merged.end, extent.end),
      };
    }
  }
  return [...apart, merged];
}
