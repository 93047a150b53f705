/** The marketplace, alone in its process, with a token and without traffic of its own. */
import { memoryUsage } from 'node:process'
import { createLogger, readSettings, startMarketplace } from '@hitrate/marketplace'
import { answerOrders } from '../../speed/asked-process.ts'
import { bytesInUse } from '../../speed/heap.ts'

/** What the shop runs on, as in production. */
export interface ShopServers {
  readonly redisUrl: string
  readonly databaseUrl: string
}

export type ShopOrder =
  | ({ readonly do: 'open'; readonly token: string } & ShopServers)
  /** Collects the garbage, and tells what is left. */
  | { readonly do: 'weigh' }

export interface ShopFound {
  readonly url?: string
  readonly memory?: Memory
}

export interface Memory {
  /** Of objects and the buffers they hold, without garbage. */
  readonly inUseBytes: number
  /** What the system has given to the process. */
  readonly residentBytes: number
}

answerOrders<ShopOrder, ShopFound>(async (order) => {
  if (order.do === 'weigh') {
    const inUseBytes = await bytesInUse()
    return { memory: { inUseBytes, residentBytes: memoryUsage.rss() } }
  }
  const { redisUrl, databaseUrl, token } = order
  const settings = readSettings({
    PORT: '0',
    TRAFFIC: 'off',
    REDIS_URL: redisUrl,
    DATABASE_URL: databaseUrl,
    CACHE_ADMIN_TOKEN: token,
  })
  const { url } = await startMarketplace(settings, createLogger())
  return { url }
})
