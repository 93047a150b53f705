/** What colours mean here. Text reads the same without them. */
const CODES = { good: 32, doubtful: 33, bad: 31, faint: 2, strong: 1 } as const

export type Tone = keyof typeof CODES

/** Colours a text, or leaves it as it is. */
export type Style = (tone: Tone, text: string) => string

/** @param coloured only on a terminal, and not with `NO_COLOR` (https://no-color.org) */
export function createStyle(coloured: boolean): Style {
  return (tone, text) => (coloured ? `\u001b[${CODES[tone]}m${text}\u001b[0m` : text)
}
