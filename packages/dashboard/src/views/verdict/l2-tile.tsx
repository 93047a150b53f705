import { useAbout, useInfo } from '../../api/answers.ts'
import { bytes, count, textOf } from '../../format.ts'
import { useCondition } from '../../live/condition.ts'
import { Tile } from '../../parts/tile.tsx'

/** Whether the shared tier is there, as far as this reader may know. */
export function L2Tile() {
  const condition = useCondition()
  const { data: info, problem } = useInfo()
  const about = useAbout().data
  const lost = condition?.isL2Lost === true || problem?.status === 503
  if (lost) {
    return (
      <Tile label="L2" tone="degraded" notes={['out of reach', 'lookups go on without it']}>
        Lost
      </Tile>
    )
  }
  if (problem !== undefined || info === undefined) {
    const note = about === undefined ? 'asking' : about.info_told ? 'not known' : 'not told here'
    return (
      <Tile label="L2" notes={[note]}>
        –
      </Tile>
    )
  }
  if (info.store === 'memory') {
    const entries = info.entries === null ? 'no L1 either' : `${textOf(count(info.entries))} entries in L1`
    return (
      <Tile label="L2" notes={['memory only, by choice', entries]}>
        None
      </Tile>
    )
  }
  const partly = (info.lost_nodes ?? []).length
  return (
    <Tile
      label="L2"
      tone={partly > 0 ? 'degraded' : 'plain'}
      notes={[
        [info.store, info.redis_version, info.mode].filter((part) => part !== null).join(' '),
        partly > 0
          ? `${partly} of ${info.nodes?.length ?? 0} servers lost`
          : info.used_memory_bytes === null
            ? ''
            : `${textOf(bytes(info.used_memory_bytes))} used`,
      ]}
    >
      {partly > 0 ? 'In part' : 'Ready'}
    </Tile>
  )
}
