/** A share as a bar; decoration beside the number that says it. */
export function Meter({ share, tone = 'plain' }: { readonly share: number; readonly tone?: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100
  return (
    <svg
      className={`meter ${tone}`}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <rect className="meter-track" width="100" height="4" />
      <rect className="meter-share" width={width} height="4" />
    </svg>
  )
}
