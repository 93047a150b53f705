/**
 * Text as it is searched: lower case, without accents, whatever the database's locale makes of letters beyond ASCII.
 * Both sides of a search go through it: names when they are stored, queries when they are asked.
 */
export function searchText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}
