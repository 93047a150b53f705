import type { AlertsTestAnswer, WebhookAnswer } from '@hitrate/monitor'
import { useMutation } from '@tanstack/react-query'
import { useAbout } from '../../api/answers.ts'
import { post } from '../../api/ask.ts'
import { duration, textOf } from '../../format.ts'
import { Name } from '../../parts/name.tsx'
import { printable } from '../../printable.ts'

function toldOf({ webhooks }: AlertsTestAnswer): string {
  return webhooks
    .map(({ address, delivered, took_ms: took, error }) =>
      delivered
        ? `${printable(address)}: delivered in ${textOf(duration(took))}`
        : `${printable(address)}: not delivered, ${printable(error ?? 'no answer')}`,
    )
    .join('; ')
}

/** Whom alerts are told to, what came of it, and a test. */
export function Webhooks({ webhooks }: { readonly webhooks: readonly WebhookAnswer[] }) {
  const allowed = useAbout().data?.actions.includes('write:alerts') === true
  const { mutate, isPending, error, data } = useMutation({
    mutationFn: () => post<AlertsTestAnswer>('/alerts/test'),
    networkMode: 'always',
  })
  return (
    <div className="webhooks">
      <ul>
        {webhooks.map(({ address, delivered, failed, dropped, waiting, signed }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same host, which is all that is told
          <li key={place}>
            <Name text={address} />{' '}
            <span className="soft">
              {signed ? 'signed' : 'not signed'}: {delivered} delivered, {failed} failed
              {dropped > 0 ? `, ${dropped} dropped` : ''}, {waiting} waiting
            </span>
          </li>
        ))}
      </ul>
      {allowed ? (
        <button type="button" className="button" disabled={isPending} onClick={() => mutate()}>
          Send a test
        </button>
      ) : null}
      <p className="hint" role="status">
        {error !== null ? printable(error.message) : data === undefined ? '' : toldOf(data)}
      </p>
    </div>
  )
}
