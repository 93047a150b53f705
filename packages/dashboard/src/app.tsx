import { Bar } from './bar/bar.tsx'
import { Patterns } from './views/patterns/patterns.tsx'
import { Verdict } from './views/verdict/verdict.tsx'

export function App() {
  return (
    <>
      <a className="skip" href="#views">
        To the figures
      </a>
      <Bar />
      <main id="views">
        <Verdict />
        <Patterns />
      </main>
    </>
  )
}
