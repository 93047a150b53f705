import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of heap that are in use: without garbage, which may be tens of MB at any moment. */
export function liveHeap(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('this Node can not be told to collect garbage')
  collect()
  return process.memoryUsage().heapUsed
}
