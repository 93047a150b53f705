import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Page, ROOT, readPages } from './pages.ts'

const pages = readPages()

describe.each(pages)('the page $path', (page) => {
  test('links only to what is there', () => {
    expect(linksOf(page).filter((link) => !existsSync(join(ROOT, link)))).toEqual([])
  })

  test('links to headings by the name they have', () => {
    const missing = anchorsOf(page).filter(({ target, anchor }) => {
      const linked = pages.find(({ path }) => path === target)
      return linked !== undefined && !headingsOf(linked).includes(anchor)
    })
    expect(missing).toEqual([])
  })
})

test('the README links to every page of the documentation', () => {
  const readme = pages.find(({ path }) => path === 'README.md')
  const links = readme === undefined ? [] : linksOf(readme)
  expect(
    pages.map(({ path }) => path).filter((path) => path.startsWith('docs/') && !links.includes(path)),
  ).toEqual([])
})

interface Link {
  /** Relative to the root. */
  readonly target: string
  readonly anchor: string
}

/** Links and images that lead to files of the repository. */
function allLinks({ path, markdown }: Page): readonly Link[] {
  const text = markdown.replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', anchor = ''] = link.split('#')
      return { target: file === '' ? path : join(dirname(path), file), anchor }
    })
}

function linksOf(page: Page): readonly string[] {
  return allLinks(page).map(({ target }) => target)
}

function anchorsOf(page: Page): readonly Link[] {
  return allLinks(page).filter(({ anchor }) => anchor !== '')
}

/** As GitHub names them: small letters, punctuation dropped, hyphens for blanks. */
function headingsOf({ markdown }: Page): readonly string[] {
  return [...markdown.matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
