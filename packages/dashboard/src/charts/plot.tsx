import { useEffect, useLayoutEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

export interface PlotProps {
  /** Everything of the chart but its width; a new object makes a new chart. */
  readonly options: Omit<uPlot.Options, 'width'>
  /** First the moments in seconds, then the values of each series. */
  readonly data: uPlot.AlignedData
  /** From and to, in seconds. */
  readonly range: readonly [number, number]
  /** Where the cursor is put; `undefined` leaves it to the pointer. */
  readonly cursor: number | undefined
  /** The pointer stands over this value, or over none. */
  readonly onCursor: (index: number | null) => void
}

/** uPlot within React: one instance for as long as the options live, told of new data and widths. */
export function Plot({ options, data, range, cursor, onCursor }: PlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  // What the instance reads when it draws; it must not be made anew for it.
  const latest = useRef({ data, range, onCursor })
  latest.current = { data, range, onCursor }

  useLayoutEffect(() => {
    const element = frame.current
    if (element === null) return undefined
    const instance = new uPlot(
      {
        ...options,
        width: element.clientWidth,
        scales: { ...options.scales, x: { time: true, range: () => [...latest.current.range] } },
        hooks: {
          ...options.hooks,
          setCursor: [(self) => latest.current.onCursor(self.cursor.idx ?? null)],
        },
      },
      latest.current.data,
      element,
    )
    plot.current = instance
    const resizing = new ResizeObserver(() => {
      if (element.clientWidth > 0) instance.setSize({ width: element.clientWidth, height: options.height })
    })
    resizing.observe(element)
    return () => {
      resizing.disconnect()
      instance.destroy()
      plot.current = undefined
    }
  }, [options])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new range without new data is drawn too
  useEffect(() => plot.current?.setData(data), [data, range])

  useEffect(() => {
    const at = cursor === undefined ? undefined : data[0][cursor]
    if (at === undefined || plot.current === undefined) return
    plot.current.setCursor({ left: plot.current.valToPos(at, 'x'), top: 1 }, false)
  }, [cursor, data])

  return <div ref={frame} className="plot" />
}
