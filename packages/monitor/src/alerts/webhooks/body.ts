import type { WebhookMessage } from '../../contract/alert-answers.ts'
import type { WebhookTemplate } from './webhook.ts'

/** Slack reads `<!channel>` and `<http://...|text>` as commands, and patterns come from keys that anybody may ask for. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function slackText({ event, text, cache, host, alert }: WebhookMessage): string {
  const sign = { raised: ':red_circle:', resolved: ':large_green_circle:', test: ':bell:' }[event]
  const first = `${sign} *${escaped(cache)}* on ${escaped(host)}: ${escaped(text)}`
  return event === 'raised' && alert !== null ? `${first}\n${escaped(alert.advice)}` : first
}

/** The body of a request, as JSON text. */
export function bodyOf(template: WebhookTemplate, message: WebhookMessage): string {
  return JSON.stringify(template === 'slack' ? { text: slackText(message) } : message)
}
