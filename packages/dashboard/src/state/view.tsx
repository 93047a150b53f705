import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import { useAddress } from './address.ts'
import { WINDOWS, type WindowName } from './window.ts'

/** What the reader has chosen to look at. */
export interface View {
  readonly window: WindowName
  /** Nothing is asked for while it is. */
  readonly paused: boolean
  setWindow(window: WindowName): void
  setPaused(paused: boolean): void
}

const ViewContext = createContext<View | undefined>(undefined)

export function ViewProvider({ children }: { readonly children: ReactNode }) {
  const [window, setWindow] = useAddress('window', WINDOWS, '15m')
  const [paused, setPaused] = useState(false)
  const view = useMemo(() => ({ window, paused, setWindow, setPaused }), [window, paused, setWindow])
  return <ViewContext value={view}>{children}</ViewContext>
}

export function useView(): View {
  const view = use(ViewContext)
  if (view === undefined) throw new Error('useView: there is no ViewProvider above')
  return view
}
