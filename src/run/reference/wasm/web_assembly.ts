/** A WebAssembly memory that several threads share. */
export interface WasmMemory {
  /** A new, longer buffer after the memory grew. */
  readonly buffer: SharedArrayBuffer;
  /** Adds pages of 64 KiB. @throws {RangeError} when they cannot be had */
  grow(pages: number): number;
}

/** A compiled module; it can be sent to another thread. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]?: string;
}

interface WebAssemblyNamespace {
  readonly Memory: new (descriptor: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => CompiledModule;
  readonly Instance: new (
    module: CompiledModule,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  validate(bytes: Uint8Array<ArrayBuffer>): boolean;
}

/** The platform's WebAssembly, as far as it is used: TypeScript has its types only together with a browser's. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyNamespace })
  .WebAssembly;
