/** What the page around the dashboard tells it: see `dashboardPage` in the monitor. */
export interface Place {
  /** The element to live in. */
  readonly root: HTMLElement
  /** Where the API lies, without a slash at its end. */
  readonly base: string
  /** The cache's name. */
  readonly name: string
  /** Whether there is a session to end. */
  readonly signedIn: boolean
}

function readPlace(): Place {
  const root = document.getElementById('dashboard')
  if (root === null) throw new Error('the page has no element with the id "dashboard"')
  const { base = '', name = '', signedIn } = root.dataset
  return { root, base, name, signedIn: signedIn === 'true' }
}

export const place: Place = readPlace()
