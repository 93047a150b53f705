import { printable, shortened } from '../printable.ts'

/**
 * A name from elsewhere: a pattern, an endpoint, an address. It stands alone in its direction of writing, can't leave its
 * place, and is cut in its middle; the whole of it is its title.
 */
export function Name({ text, most }: { readonly text: string; readonly most?: number }) {
  const whole = printable(text)
  const shown = shortened(text, most)
  return (
    <bdi className="name" title={whole === shown ? undefined : whole.slice(0, 1_200)}>
      {shown}
    </bdi>
  )
}
