/** `npm run bench -- NAME`: one benchmark, alone on the machine. */
import { abuse } from './abuse/abuse.ts'
import { behaviour } from './behaviour/behaviour.ts'
import { cluster } from './cluster.ts'
import { hitRatio } from './hit-ratio.ts'
import { safety } from './safety/safety.ts'
import { seedTargets } from './seed-targets.ts'
import { guard } from './speed/guard.ts'
import { speed } from './speed/speed.ts'

interface Benchmark {
  readonly about: string
  run(args: readonly string[]): Promise<void>
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  'seed-targets': {
    about: 'the original system’s figures: cached pages over HTTP, writes, a batch of 100 against one by one',
    run: seedTargets,
  },
  speed: {
    about:
      'how fast it is beside its peers and the limits of runtime and Redis; --only ROW, --rounds N, --save',
    run: speed,
  },
  guard: {
    about: 'whether a ratio of speed got worse than the kept ones: npm run bench:guard; --only ROW, --save',
    run: guard,
  },
  behaviour: {
    about: 'what Hitrate and its peers do when something goes wrong; --save keeps it',
    run: behaviour,
  },
  abuse: {
    about:
      'what an application suffers while its monitor is abused; --only NAME, --rounds N, --turn MS, --save keeps it',
    run: abuse,
  },
  safety: {
    about:
      'what claims, envelope, tracking and deadlines add to a hit in L2, a miss and a write; --rounds N, --save',
    run: safety,
  },
  'hit-ratio': {
    about: 'what L1 hits of recorded traces at several sizes, beside LRU; --traces FOLDER',
    run: hitRatio,
  },
  cluster: {
    about:
      'batches of 200 keys over three primaries, against one server and the client’s own mGet; --save keeps it',
    run: cluster,
  },
}

const [name, ...args] = process.argv.slice(2)
const benchmark = name === undefined ? undefined : BENCHMARKS[name]
const help = name === undefined || name === '--help' || name === '-h'

if (benchmark === undefined) {
  const list = Object.entries(BENCHMARKS).map(([key, { about }]) => `  ${key}  ${about}`)
  const complaint = help ? [] : [`no benchmark is called ${JSON.stringify(name)}; accepted:`]
  console.log([...complaint, 'npm run bench -- NAME', ...list].join('\n'))
  process.exitCode = help ? 0 : 1
} else if (args.includes('--help') || args.includes('-h')) {
  console.log(`npm run bench -- ${name}\n  ${benchmark.about}`)
} else {
  try {
    await benchmark.run(args)
  } catch (error) {
    if (!isMistake(error)) throw error
    console.error(`${error.message}\n${name}: ${benchmark.about}`)
    process.exitCode = 1
  }
}

/** An option that is not known, or lacks its value: whoever typed it needs no stack. */
function isMistake(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
