import { openWith } from './subject-of.ts'

export const setUp =
  'memory; with Redis its multi-tier set-up: memory and redisDriver, without the bus, which a single process does not need'

export const open = openWith({})
