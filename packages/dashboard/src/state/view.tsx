import type { Scope } from '@hitrate/monitor'
import { createContext, type ReactNode, use, useMemo, useState } from 'react'
import { useAddress } from './address.ts'
import { SCOPES } from './scope.ts'
import { WINDOWS, type WindowName } from './window.ts'

/** What the reader has chosen to look at. */
export interface View {
  readonly window: WindowName
  /** Whose figures are shown, where there is a choice. */
  readonly scope: Scope
  /** Nothing is asked for while it is. */
  readonly paused: boolean
  setWindow(window: WindowName): void
  setScope(scope: Scope): void
  setPaused(paused: boolean): void
}

const ViewContext = createContext<View | undefined>(undefined)

export function ViewProvider({ children }: { readonly children: ReactNode }) {
  const [window, setWindow] = useAddress('window', WINDOWS, '15m')
  const [scope, setScope] = useAddress('scope', SCOPES, 'process')
  const [paused, setPaused] = useState(false)
  const view = useMemo(
    () => ({ window, scope, paused, setWindow, setScope, setPaused }),
    [window, scope, paused, setWindow, setScope],
  )
  return <ViewContext value={view}>{children}</ViewContext>
}

export function useView(): View {
  const view = use(ViewContext)
  if (view === undefined) throw new Error('useView: there is no ViewProvider above')
  return view
}
