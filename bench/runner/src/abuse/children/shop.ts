/** The marketplace, alone in its process, with a token and without traffic of its own. */
import { memoryUsage } from 'node:process'
import { createLogger, readSettings, startMarketplace } from '@hitrate/marketplace'
import { answerOrders } from '../../speed/asked-process.ts'
import { bytesInUse } from '../../speed/heap.ts'

export type ShopOrder =
  | { readonly do: 'open'; readonly redisUrl: string; readonly token: string }
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
  const { redisUrl, token } = order
  const settings = readSettings({
    PORT: '0',
    TRAFFIC: 'off',
    REDIS_URL: redisUrl,
    CACHE_ADMIN_TOKEN: token,
  })
  const { url } = await startMarketplace(settings, createLogger())
  return { url }
})
