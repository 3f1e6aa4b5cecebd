// The memory that the fast lane of the scanner runs over. What a daemon sends is put there by the system itself, so that
// it need not be copied to be scanned.

/** Pages of 64 KiB. */
export const landingPages = 5

/** Bytes before the place of the text, for the fast lane's own use. */
export const landingStart = 1024

/** Bytes of a read: as much as a socket holds at most. */
const readSize = 256 * 1024

/** The part of the standard's JavaScript interface that is used here: Node's types leave it to the browser's. */
interface WasmMemory {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
}

/** A memory of WebAssembly; null where there is none. */
export const landingMemory = memory()

/**
 * Where the system puts what comes, for all connections in turn: whoever is told of it must have looked at it when that
 * call returns. Node would make room for 64 KiB each time otherwise, however few bytes come, and ask the system more often
 * for a large answer.
 */
export const landing =
  landingMemory === null ? new Uint8Array(readSize) : new Uint8Array(landingMemory.buffer, landingStart, readSize)

function memory(): { readonly buffer: ArrayBuffer } | null {
  try {
    const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: WasmMemory }
    return new WebAssembly.Memory({ initial: landingPages })
  } catch {
    return null
  }
}
