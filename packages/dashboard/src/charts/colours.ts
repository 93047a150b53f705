/**
 * A colour of `tokens.css` as a canvas takes it. It is read from an element, as only there the pair of light and dark has
 * become one.
 */
export function colourOf(token: string): string {
  probe.style.color = `var(--${token})`
  document.body.append(probe)
  const colour = getComputedStyle(probe).color
  probe.remove()
  return colour
}

const probe = document.createElement('span')
probe.hidden = true

/** The same, for what lies behind other things. */
export function paleColourOf(token: string, opacity: number): string {
  return `color-mix(in srgb, ${colourOf(token)} ${opacity * 100}%, transparent)`
}
