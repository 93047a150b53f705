import { KEY, type Process, TAG } from './world.ts'

/** Every kind of invalidation. `expire` lets what was there be served stale. */
export interface Invalidating {
  readonly name: string
  readonly mode: 'delete' | 'expire'
  run(process: Process): Promise<{ readonly delivered: boolean }>
}

export const INVALIDATIONS: readonly Invalidating[] = [
  {
    name: 'set',
    mode: 'delete',
    run: ({ cache }) => cache.set(KEY, { v: 2 }, { tags: [TAG] }),
  },
  ...(['delete', 'expire'] as const).flatMap((mode): Invalidating[] => [
    { name: `${mode} by key`, mode, run: ({ cache }) => cache[mode](KEY) },
    { name: `${mode} by tag`, mode, run: ({ cache }) => cache.invalidate({ tags: [TAG] }, { mode }) },
    {
      name: `${mode} by pattern`,
      mode,
      run: ({ cache }) => cache.invalidate({ pattern: 'item:*' }, { mode }),
    },
    { name: `${mode} of all`, mode, run: ({ cache }) => cache.invalidate('all', { mode }) },
  ]),
]
