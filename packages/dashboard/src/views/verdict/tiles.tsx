import type { StatsAnswer } from '@hitrate/monitor'
import { useDaySeries } from '../../api/answers.ts'
import { coveredSeconds, loadsAvoided, MIN_SAMPLE, strictHitRate } from '../../figures/traffic.ts'
import { count, duration, NONE, percent, perSecond, textOf } from '../../format.ts'
import { useLive } from '../../live/stream.ts'
import { Figure } from '../../parts/figure.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { Tile } from '../../parts/tile.tsx'
import { L2Tile } from './l2-tile.tsx'
import { hitRateYesterday, pointsOf } from './yesterday.ts'

interface TilesProps {
  readonly stats: StatsAnswer
  /** When they came, Unix milliseconds. */
  readonly at: number
}

export function Tiles({ stats, at }: TilesProps) {
  const { total_requests: total, load } = stats
  const enough = total >= MIN_SAMPLE
  const yesterday = hitRateYesterday(useDaySeries().data, stats.window_seconds)
  // The first tick has none before it to count from.
  const rates = useLive()
    .ticks.slice(1)
    .map((tick) => tick.requests_per_second)
  const avoided = loadsAvoided(stats)
  const saved = load.count > 0 ? duration(avoided * load.avg_ms) : undefined
  const pulse =
    rates.length < 5
      ? []
      : [
          <Sparkline
            key="pulse"
            values={rates}
            low={0}
            high={Math.max(1, ...rates.map((rate) => rate ?? 0))}
          />,
        ]
  return (
    <dl className="tiles">
      <Tile
        label="Hit rate"
        notes={
          total === 0
            ? ['nothing was looked up']
            : [
                `${textOf(percent(strictHitRate(stats)))} without stale values`,
                ...(enough ? [] : [`of ${total} lookups only`]),
                ...(yesterday === undefined
                  ? []
                  : [`${pointsOf(stats.hit_rate - yesterday)} against this time yesterday`]),
              ]
        }
        tone={enough && stats.hit_rate < 0.5 ? 'degraded' : 'plain'}
      >
        {total === 0 ? NONE : <Figure of={percent(stats.hit_rate)} />}
      </Tile>
      <Tile label="Lookups" notes={[`${textOf(count(total))} in all`, ...pulse]}>
        <Figure of={perSecond(total / coveredSeconds(stats, at))} />
      </Tile>
      <Tile
        label="Response time, p95"
        notes={
          total === 0
            ? ['the cache’s own, loading apart']
            : [
                `p50 ${textOf(duration(stats.p50_response_time_ms))}, p99 ${textOf(duration(stats.p99_response_time_ms))}`,
                'loading apart',
              ]
        }
        tone={enough && stats.p95_response_time_ms >= 100 ? 'warning' : 'plain'}
      >
        {total === 0 ? NONE : <Figure of={duration(stats.p95_response_time_ms)} />}
      </Tile>
      <Tile
        label="Loads avoided"
        notes={[
          saved === undefined ? 'time saved: no load to reckon by' : `${textOf(saved)} of loading saved`,
          `${textOf(count(load.count))} loads made`,
        ]}
      >
        <Figure of={count(avoided)} />
      </Tile>
      <Tile
        label="Origin errors"
        notes={[
          load.count === 0
            ? 'no loads'
            : load.errors === 0
              ? `none of ${textOf(count(load.count))} loads failed`
              : `${textOf(percent(load.errors / load.count))} of ${textOf(count(load.count))} loads`,
        ]}
        tone={load.errors > 0 ? 'degraded' : 'plain'}
      >
        <Figure of={count(load.errors)} />
      </Tile>
      <L2Tile />
    </dl>
  )
}
