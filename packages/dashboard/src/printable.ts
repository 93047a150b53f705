/** Characters that would hide, reorder or break what stands around them. */
function isUnprintable(code: number): boolean {
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0xad ||
    code === 0x61c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0xfff0 && code <= 0xfffb) ||
    code === 0xfeff
  )
}

function visible(code: number): string {
  if (code < 0x20) return String.fromCodePoint(0x2400 + code)
  if (code === 0x7f) return '␡'
  return `⟨${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/**
 * Text from elsewhere, such as a pattern made of keys, so that it can be seen: control characters and those that turn the
 * direction of writing become signs of their own. Markup needs nothing: React writes text.
 */
export function printable(text: string): string {
  let shown = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    shown += isUnprintable(code) ? visible(code) : character
  }
  return shown
}

/** `printable`, with its middle left out when it is longer than `most` characters. */
export function shortened(text: string, most = 80): string {
  const shown = [...printable(text)]
  if (shown.length <= most) return shown.join('')
  const head = Math.ceil((most - 1) * 0.6)
  return `${shown.slice(0, head).join('')}…${shown.slice(head + 1 - most).join('')}`
}
