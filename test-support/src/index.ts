/**
 * Real servers for tests. Each call starts a server of its own on a free port, and nothing it starts outlives the
 * process that asked for it.
 *
 * ```ts
 * const redis = await startRedis()
 * afterAll(() => redis.stop())
 * const cache = createCache({ name: 'shop', l2: redisStore(redis.url) })
 * ```
 */
export { freePort } from './free-port.ts'
export { type PostgresServer, startPostgres } from './postgres.ts'
export { type RedisOptions, type RedisServer, startRedis } from './redis.ts'
