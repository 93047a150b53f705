import { Segments } from '../parts/segments.tsx'
import { place } from '../place.ts'
import { printable } from '../printable.ts'
import { useView } from '../state/view.tsx'
import { WINDOW_SETTINGS, WINDOWS } from '../state/window.ts'
import { Environment } from './environment.tsx'
import { Freshness } from './freshness.tsx'
import { Mark } from './mark.tsx'
import { ScopeChoice } from './scope.tsx'
import { Sections } from './sections.tsx'
import { StatusPill } from './status-pill.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

/** What holds for every view: which cache, which window, how old, how it is. */
export function Bar() {
  const { window, paused, setWindow, setPaused } = useView()
  return (
    <header className="bar">
      <div className="bar-row">
        <div className="bar-name">
          <Mark />
          <h1>
            <span className="visually-hidden">Hitrate: </span>
            {printable(place.name)}
          </h1>
          <Environment />
        </div>
        <StatusPill />
        <div className="bar-choices">
          <Segments
            label="Window"
            values={WINDOWS}
            value={window}
            textOf={(each) => WINDOW_SETTINGS[each].label}
            onChange={setWindow}
          />
          <button type="button" className="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? 'Resume' : 'Pause'}
          </button>
          <ScopeChoice />
        </div>
        <Freshness />
        <div className="bar-end">
          <ThemeSwitch />
          {place.signedIn ? (
            <form method="post" action={`${place.base}/sign-out`}>
              <button type="submit" className="button quiet">
                Sign out
              </button>
            </form>
          ) : null}
        </div>
      </div>
      <Sections />
    </header>
  )
}
