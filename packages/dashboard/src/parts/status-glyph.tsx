import type { HealthAnswer } from '@hitrate/monitor'

/** A shape for each state, as colour alone does not tell everybody. */
export function StatusGlyph({ status }: { readonly status: HealthAnswer['status'] }) {
  return (
    <svg className={`glyph ${status}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {status === 'healthy' ? (
        <>
          <circle cx="8" cy="8" r="7" />
          <path d="m4.8 8.2 2.2 2.3 4.3-4.8" />
        </>
      ) : status === 'warning' ? (
        <>
          <path className="fill" d="M8 1 15.4 14.5H.6Z" />
          <path d="M8 5.8v4M8 12v.4" />
        </>
      ) : (
        <>
          <rect x="1" y="1" width="14" height="14" rx="3" />
          <path d="m5 5 6 6m0-6-6 6" />
        </>
      )}
    </svg>
  )
}
