import { type ClusterView, isPrimaryIn } from './cluster-view.ts'

/** When which process took over from its primary. */
export interface Takeovers {
  /** To be told of every look at the nodes. */
  note(views: readonly (ClusterView | undefined)[]): void
  /** How long until this process can be elected again, milliseconds; 0 when it can. */
  pauseOf(view: ClusterView): number
}

/**
 * Redis lets a node start an election only a while after its last one, and does not forget that it won that: a replica
 * that took over, became a replica again without being restarted, and loses its primary in that time takes over with the
 * old votes, which the others may never accept: both have the slots then, for good
 * (https://github.com/valkey-io/valkey/pull/1711). No test wants to meet that by accident.
 */
export function watchTakeovers(nodeTimeoutMs: number): Takeovers {
  const pauseMs = 2 * Math.max(2 * nodeTimeoutMs, 2_000)
  const replicas = new Set<string>()
  const tookOverAt = new Map<string, number>()
  return {
    note: (views) => {
      for (const view of views) {
        if (view === undefined) continue
        const { id, process } = view
        if (!isPrimaryIn(view, id)) replicas.add(process)
        else if (replicas.delete(process)) tookOverAt.set(process, performance.now())
      }
    },
    pauseOf: ({ process }) => {
      const since = performance.now() - (tookOverAt.get(process) ?? Number.NEGATIVE_INFINITY)
      return Math.max(0, pauseMs - since)
    },
  }
}
