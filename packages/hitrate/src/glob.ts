/**
 * A glob over whole texts: `*` any run of characters, `?` one character, `\` takes the next literally; all else is
 * itself. Linear in practice: one step back per `*`, so a hostile glob can't stall the process.
 */
export function compileGlob(glob: string): (text: string) => boolean {
  const parts = parse(glob)
  return (text) => {
    const characters = Array.from(text)
    let at = 0
    let part = 0
    let star = -1
    let resume = 0
    while (at < characters.length) {
      const expected = parts[part]
      if (expected === ANY_RUN) {
        star = part++
        resume = at
      } else if (expected === ANY_ONE || (expected !== undefined && expected === characters[at])) {
        part++
        at++
      } else if (star >= 0) {
        part = star + 1
        at = ++resume
      } else return false
    }
    while (parts[part] === ANY_RUN) part++
    return part === parts.length
  }
}

const ANY_RUN: unique symbol = Symbol('*')
const ANY_ONE: unique symbol = Symbol('?')
type Part = string | typeof ANY_RUN | typeof ANY_ONE

function parse(glob: string): readonly Part[] {
  const parts: Part[] = []
  const characters = Array.from(glob)
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index]
    if (character === undefined) break
    if (character === '*') {
      if (parts.at(-1) !== ANY_RUN) parts.push(ANY_RUN)
    } else if (character === '?') parts.push(ANY_ONE)
    else if (character === '\\') parts.push(characters[++index] ?? '\\')
    else parts.push(character)
  }
  return parts
}
