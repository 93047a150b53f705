import type { ServerResponse } from 'node:http'
import { manualClock } from 'hitrate/testing'
import { expect, test } from 'vitest'
import { testMessage } from '../../src/alerts/message.ts'
import { createDelivery } from '../../src/alerts/webhooks/delivery.ts'
import { answering, startReceiver } from '../support/receiver.ts'

test('a hundred messages wait at the most: the newest stay, and those dropped are counted and told', async () => {
  const held: ServerResponse[] = []
  await using receiver = await startReceiver((response) => held.push(response), answering(204))
  const reasons: string[] = []
  const delivery = createDelivery({
    webhook: { url: receiver.url, address: receiver.url, secret: undefined, template: 'json' },
    clock: manualClock(),
    signal: new AbortController().signal,
    onFailure: (reason) => void reasons.push(reason),
  })
  const messages = Array.from({ length: 150 }, () => testMessage('shop', 0))
  for (const message of messages) delivery.push(message)
  await receiver.untilReceived(1)
  expect(delivery.counts).toEqual({ delivered: 0, failed: 0, dropped: 49, waiting: 101 })
  expect(reasons).toEqual(Array.from({ length: 49 }, () => 'more than 100 messages wait'))

  held[0]?.writeHead(204).end()
  await delivery.drain()
  expect(delivery.counts).toEqual({ delivered: 101, failed: 0, dropped: 49, waiting: 0 })
  const kept = [...messages.slice(0, 1), ...messages.slice(50)]
  expect(receiver.messages.map(({ id }) => id)).toEqual(kept.map(({ id }) => id))
})
