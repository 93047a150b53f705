/** Bytes that are still in use when the garbage is gone: of objects, and of the buffers that they hold. */
export async function bytesInUse(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('wants --expose-gc')
  // What weak references and finalizers let go of is collected by the next one.
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
