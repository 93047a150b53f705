import type { Scope } from '@hitrate/monitor'

/** The process that answers, or all that share its cache. */
export const SCOPES: readonly Scope[] = ['process', 'fleet']
