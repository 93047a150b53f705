import type { ReactNode } from 'react'

/** What stands where a picture would: why there is none, and what to do about it. */
export function Notice({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="notice">
      <p className="notice-title">{title}</p>
      {children === undefined ? null : <div className="notice-text">{children}</div>}
    </div>
  )
}
