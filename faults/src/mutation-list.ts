import type { TestRunOptions } from './run-vitest.ts'

/** One place in the sources, and what a known bug has there. */
export interface Patch {
  readonly file: string
  /** Exactly once in the file. */
  readonly find: string
  readonly replacement: string
}

/** A known bug, and the tests that must notice it. */
export interface Mutation {
  readonly name: string
  readonly patches: readonly Patch[]
  readonly caughtBy: Pick<TestRunOptions, 'project' | 'files' | 'named'>
}

const SOURCES = 'packages/hitrate/src'

const patch = (file: string, find: string, replacement: string): Patch => ({
  file: `${SOURCES}/${file}`,
  find,
  replacement,
})

/** Tests of the cache inside one process, by their path under its `test/`. */
const inProcess = (...files: readonly string[]): Mutation['caughtBy'] => ({
  project: 'hitrate',
  files: files.map((file) => `packages/hitrate/test/${file}`),
})

/** A scenario, or the tests of it whose name contains `named`. */
const scenario = (file: string, named?: string): Mutation['caughtBy'] => ({
  project: 'faults',
  files: [`faults/scenarios/${file}`],
  ...(named === undefined ? {} : { named }),
})

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'a fill replaces whatever it finds',
    patches: [
      patch(
        'stores/redis/scripts.ts',
        'if not ours(held[index]) or version_of(held[index]) ~= version_of(bytes) then return 0 end',
        '',
      ),
    ],
    caughtBy: scenario('16-', 'during its load'),
  },
  {
    name: 'a load is stamped when it ends',
    patches: [
      patch(
        'cache/filling.ts',
        'const began = { key: ticket.key, at: claim.at }',
        'const began = { key: ticket.key, at: shards.of(ticket.key).store.serverNow() ?? claim.at }',
      ),
      patch(
        'cache/filling.ts',
        'if (isKnown && tags.voided({ key, at: claim.at }, markers))',
        'if (!isKnown)',
      ),
      patch(
        'cache/filling.ts',
        'began: claim.at,',
        'began: shards.of(ticket.key).store.serverNow() ?? claim.at,',
      ),
    ],
    caughtBy: scenario('16-', 'during its load'),
  },
  {
    name: 'what is read from L2 goes to L1 though it was voided meanwhile',
    patches: [
      patch('cache/reader.ts', "reading.kind === 'fresh' && !ticket.voided", "reading.kind === 'fresh'"),
    ],
    caughtBy: inProcess('fence/matrix.test.ts', 'fence/meanwhile.test.ts'),
  },
  {
    name: 'what was loaded goes to L1 though it was voided meanwhile',
    patches: [patch('cache/loading.ts', "filled === 'refused' || ticket.voided", "filled === 'refused'")],
    caughtBy: inProcess('coherence/told-meanwhile.test.ts'),
  },
  {
    name: 'a lookup joins a load that was invalidated',
    patches: [
      patch('cache/flight.ts', '(this.#ticket.voided && !this.waiting) || this.#detached', 'this.#detached'),
    ],
    caughtBy: inProcess('fence/matrix.test.ts', 'fence/meanwhile.test.ts'),
  },
  {
    name: 'a loader that throws keeps its slot',
    patches: [patch('cache/load.ts', 'source.finish()', "if (result !== 'error') source.finish()")],
    caughtBy: scenario('11-', 'getOrSet: a loader'),
  },
  {
    name: 'a loader that throws keeps its claim',
    patches: [patch('cache/loading.ts', 'await claim?.release({ pause, remove: false })', 'claim?.stop()')],
    caughtBy: scenario('11-', 'getOrSet: a loader'),
  },
  {
    name: 'a claim that could not be given back over one link is not over the next',
    patches: [
      patch('cache/orphans.ts', 'if (answer.ok && orphans.get(key) === orphan)', 'if (answer !== undefined)'),
    ],
    caughtBy: inProcess('cache/orphans.test.ts'),
  },
  {
    name: "nobody waits for another process's claim",
    patches: [patch('cache/permits.ts', 'if (left <= 0) return this.#decided', 'return this.#decided')],
    caughtBy: scenario('14-', '10 callers in each of 4'),
  },
  {
    name: 'what L2 tells is ignored',
    patches: [patch('cache/recovery.ts', 'tier1.forget(change.key)', '')],
    caughtBy: scenario('07-', 'stays'),
  },
  {
    name: 'L1 is kept when its link is lost',
    patches: [patch('cache/recovery.ts', 'tier1.dropOver(over)', 'void over')],
    caughtBy: scenario('07-', 'is reset'),
  },
  {
    name: 'L1 is believed however long its link has been silent',
    patches: [patch('cache/coherence.ts', 'now - provenAt <= staleBound', 'now >= provenAt')],
    caughtBy: scenario('07-', 'without a word'),
  },
  {
    name: 'what the server does during our own commands is not told',
    patches: [
      patch(
        'stores/redis/tracking.ts',
        "['CLIENT', 'TRACKING', 'ON']",
        "['CLIENT', 'TRACKING', 'ON', 'NOLOOP']",
      ),
    ],
    caughtBy: inProcess('stores/redis-belief.test.ts'),
  },
  {
    name: 'without L1, changes of tags are not asked for',
    patches: [
      patch(
        'stores/redis/redis-store.ts',
        'names.map(space.marker), parseMarker, true',
        'names.map(space.marker), parseMarker, false',
      ),
    ],
    caughtBy: inProcess('stores/redis-store.test.ts'),
  },
  {
    name: 'without L1, who waits for a claim does not ask to be told',
    patches: [patch('cache/permits.ts', 'reader.watch(key, pattern)', 'reader.read(key, pattern)')],
    caughtBy: inProcess('coherence/waiting.test.ts'),
  },
  {
    name: 'a refresh goes on offering what is gone from L2',
    patches: [patch('cache/permits.ts', "if (over?.as === 'stale') flight.supersedeStale()", '')],
    caughtBy: inProcess('fence/meanwhile.test.ts'),
  },
  {
    name: 'a refresh goes on offering what nobody would tell us the end of',
    patches: [patch('cache/permits.ts', '(claimed && reader.tells(flight.plan.key))', 'claimed')],
    caughtBy: inProcess('fence/meanwhile.test.ts'),
  },
  {
    name: 'what was expired is offered as if it were not',
    patches: [patch('cache/flight.ts', 'return this.#invalidated || this.#ticket.voided', 'return false')],
    caughtBy: inProcess('fence/meanwhile.test.ts'),
  },
  {
    name: 'tags are not judged again after a fill',
    patches: [
      patch(
        'cache/filling.ts',
        "if (isKnown && tags.voided({ key, at: claim.at }, markers)) return 'refused'",
        '',
      ),
    ],
    caughtBy: inProcess('fence/meanwhile.test.ts'),
  },
  {
    name: 'a fill does not track its key',
    patches: [
      patch(
        'stores/redis/scripts.ts',
        "local answer = each(fill)\nredis.call('EXISTS', unpack(KEYS))",
        'local answer = each(fill)',
      ),
    ],
    caughtBy: scenario('07-', 'stays'),
  },
  {
    name: 'the breaker is blind to timeouts',
    patches: [
      patch(
        'stores/guard.ts',
        "if (ending.kind !== 'failed' || !isReply(ending.error)) tellFailure(gate, era)",
        "if (ending.kind === 'failed' && !isReply(ending.error)) tellFailure(gate, era)",
      ),
    ],
    caughtBy: inProcess('stores/guard.test.ts'),
  },
  {
    name: 'calls to L2 have no deadline',
    patches: [
      patch(
        'stores/deadline.ts',
        'this.#timer = start(this.#passed)',
        'this.#timer = clock.timer(timeout * 20, this.#passed)',
      ),
    ],
    caughtBy: scenario('03-', 'frozen by SIGSTOP'),
  },
  {
    name: 'a set is carried out however late',
    patches: [patch('stores/redis/scripts.ts', 'now <= tonumber(ARGV[1])', 'true')],
    caughtBy: inProcess('stores/redis-store.test.ts'),
  },
  {
    name: 'a set that L2 did not confirm is not made good',
    patches: [
      patch(
        'cache/writing.ts',
        "if (unwritten.length > 0) l2.undelivered.failed('key', unwritten, 'delete')",
        '',
      ),
    ],
    caughtBy: scenario('06-', '(set) while Redis is out of memory'),
  },
  {
    name: "L2's word is taken on keys whose invalidation it has not confirmed",
    patches: [patch('cache/undelivered.ts', 'masks: (key) => pending.names(key)', 'masks: () => false')],
    caughtBy: scenario('06-', 'read-only'),
  },
  {
    name: 'a new link is used before invalidations are delivered',
    patches: [
      patch(
        'cache/recovery.ts',
        'if (!(await undelivered.deliverTo(of, store, urgent)))',
        'if (urgent === undefined)',
      ),
    ],
    caughtBy: inProcess('cache/sick-l2.test.ts', 'stores/redis-link.test.ts', 'fence/lost.test.ts'),
  },
  {
    name: 'stamps of two servers are compared as if their clocks were one',
    patches: [patch('cache/shards.ts', 'began <= stamp + skew(key, name)', 'began <= stamp')],
    caughtBy: inProcess('shards/one-of-several.test.ts'),
  },
  {
    name: 'keys that move from one server to another are looked for once',
    patches: [patch('cache/removal.ts', 'const MAX_PASSES = 2', 'const MAX_PASSES = 1')],
    caughtBy: inProcess('shards/one-of-several.test.ts'),
  },
  {
    name: 'tags whose server is lost keep all their entries from being read',
    patches: [patch('cache/coherence.ts', '? servesLost\n', '? false\n')],
    caughtBy: inProcess('shards/one-of-several.test.ts'),
  },
  {
    name: 'an entry is judged though one of its markers could not be read',
    patches: [
      patch(
        'cache/reader.ts',
        'one.markers.some((marker) => unknown.has(marker))',
        'unknown.size === one.markers.length + 9',
      ),
    ],
    caughtBy: inProcess('shards/one-of-several.test.ts'),
  },
  {
    name: 'a new primary is not told what the one before had confirmed',
    patches: [patch('cache/recovery.ts', 'if (serverChanged) undelivered.repeat(of)\n', '')],
    caughtBy: scenario('08-', 'Redis lost'),
  },
  {
    name: 'a replica that took over in a cluster is not told what its primary had confirmed',
    patches: [patch('stores/redis/cluster.ts', 'serverChanged: serverChanged || late', 'serverChanged')],
    caughtBy: scenario('09-cluster-history', 'Redis lost'),
  },
]
