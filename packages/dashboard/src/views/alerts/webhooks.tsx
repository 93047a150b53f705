import type { AlertsTestAnswer, WebhookAnswer } from '@hitrate/monitor'
import { useMutation } from '@tanstack/react-query'
import { useAbout } from '../../api/answers.ts'
import { post } from '../../api/ask.ts'
import { duration, textOf } from '../../format.ts'
import { Name } from '../../parts/name.tsx'
import { Rows } from '../../parts/rows.tsx'
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
      <Rows
        rows={webhooks.map(({ address, delivered, failed, waiting, signed }) => [
          <Name key="name" text={address} />,
          signed ? 'signed' : 'not signed',
          `${delivered} delivered`,
          `${failed} failed`,
          `${waiting} waiting`,
        ])}
      />
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
