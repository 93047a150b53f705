import { useCallback, useSyncExternalStore } from 'react'

/** Told when this page itself changes its address; the browser tells only of going back and forth. */
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

function change(name: string, value: string | undefined): void {
  const url = new URL(window.location.href)
  if (value === undefined) url.searchParams.delete(name)
  else url.searchParams.set(name, value)
  if (url.href === window.location.href) return
  window.history.pushState(null, '', url)
  for (const listener of listeners) listener()
}

/**
 * One choice, kept in the page's address: what is looked at can be sent to somebody, and going back goes back.
 * @param fallback what an address without it, or with something else, means; it is not written
 */
export function useAddress<V extends string>(
  name: string,
  values: readonly V[],
  fallback: V,
): readonly [V, (value: V) => void] {
  const given = useSyncExternalStore(subscribe, () => new URLSearchParams(window.location.search).get(name))
  const value = values.find((one) => one === given) ?? fallback
  const set = useCallback((next: V) => change(name, next === fallback ? undefined : next), [name, fallback])
  return [value, set]
}
