import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'hitrate-theme'
const listeners = new Set<() => void>()
const system = window.matchMedia('(prefers-color-scheme: dark)')
let chosen: Theme = remembered()

/** A browser that keeps nothing for this page still shows it. */
function remembered(): Theme {
  try {
    return THEMES.find((theme) => theme === window.localStorage.getItem(KEY)) ?? 'system'
  } catch {
    return 'system'
  }
}

function remember(theme: Theme): void {
  try {
    window.localStorage.setItem(KEY, theme)
  } catch {
    // It is chosen for this visit.
  }
}

function tell(): void {
  for (const listener of listeners) listener()
}
system.addEventListener('change', tell)

/** Writes the choice where the style reads it; at once, so that the first picture is right. */
export function applyTheme(): void {
  if (chosen === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = chosen
}

export function chooseTheme(theme: Theme): void {
  chosen = theme
  remember(theme)
  applyTheme()
  tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => chosen)
}

/** Which of the two is seen. Canvases have to know, as their colours are not the style's. */
export function useShownTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    if (chosen !== 'system') return chosen
    return system.matches ? 'dark' : 'light'
  })
}
