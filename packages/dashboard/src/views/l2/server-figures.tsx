import type { InfoAnswer } from '@hitrate/monitor'
import { bytes, count, duration, grouped, NONE, percent, textOf } from '../../format.ts'

/** What the servers tell of themselves, added up over those that answer. */
export function ServerFigures({ info }: { readonly info: InfoAnswer }) {
  const figures: readonly (readonly [string, string])[] = [
    ['Server', [info.store, info.redis_version, info.mode].filter((part) => part !== null).join(' ')],
    ['Memory', info.used_memory_bytes === null ? NONE : textOf(bytes(info.used_memory_bytes))],
    ['When full', info.maxmemory_policy ?? NONE],
    ['Evicted', info.evicted_keys === null ? NONE : textOf(count(info.evicted_keys))],
    ['Keys', info.total_keys === null ? NONE : textOf(count(info.total_keys))],
    ['Clients', info.connected_clients === null ? NONE : textOf(count(info.connected_clients))],
    ['Its own hit rate', info.hit_rate === null ? NONE : textOf(percent(info.hit_rate))],
    ['Up for', info.uptime_in_seconds === null ? NONE : textOf(duration(info.uptime_in_seconds * 1_000))],
  ]
  const slots =
    info.slots_total === null || info.slots_covered === null
      ? []
      : [['Slots covered', `${grouped(info.slots_covered)} of ${grouped(info.slots_total)}`] as const]
  return (
    <dl className="facts columns">
      {[...figures, ...slots].map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  )
}
