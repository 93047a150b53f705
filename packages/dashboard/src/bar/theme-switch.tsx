import { chooseTheme, THEMES, type Theme, useTheme } from '../state/theme.ts'

const LABELS: Readonly<Record<Theme, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' }

export function ThemeSwitch() {
  const theme = useTheme()
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
  return (
    <button
      type="button"
      className="button quiet"
      title={`Colours: ${LABELS[theme]}. Press for ${LABELS[next].toLowerCase()}`}
      onClick={() => chooseTheme(next)}
    >
      <span className="visually-hidden">Colours: </span>
      {LABELS[theme]}
    </button>
  )
}
