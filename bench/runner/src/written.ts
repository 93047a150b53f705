/**
 * A page with the part replaced that a benchmark writes, between two comments that name it.
 * @param command what writes it, as the reader would
 * @throws Error where the page has no place for it
 */
export function withWritten(page: string, name: string, command: string, text: string): string {
  const [beginning, ending] = [`<!-- ${name}: written by \`${command}\` -->`, `<!-- /${name} -->`]
  const begin = page.indexOf(beginning)
  const end = page.indexOf(ending, begin)
  if (begin === -1 || end === -1) throw new Error(`the page has no lines ${beginning} and ${ending}`)
  return `${page.slice(0, begin)}${beginning}\n${text}\n${page.slice(end)}`
}
