import type { ReactNode } from 'react'

/** Holds what may be wider than the screen. It can be reached and moved by keyboard. */
export function Scroller({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section className="scroller" aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
