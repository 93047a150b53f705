/**
 * What a webhook is sent: `json` the message of docs/alerts.md, `slack` a text for an incoming webhook of Slack or of what
 * is compatible with it (Mattermost, Rocket.Chat, Discord's `/slack`).
 */
export const WEBHOOK_TEMPLATES = ['json', 'slack'] as const
export type WebhookTemplate = (typeof WEBHOOK_TEMPLATES)[number]

/** Where alerts are sent. */
export interface WebhookOptions {
  /** An `http` or `https` address, without user and password. Redirects are not followed. */
  readonly url: string
  /** Signs each message (HMAC-SHA256, header `hitrate-signature`): 16 to 1024 printable ASCII characters. Default: no signature. */
  readonly secret?: string | undefined
  /** Default `json`. */
  readonly template?: WebhookTemplate | undefined
}

/** A webhook, checked. */
export interface Webhook {
  readonly url: string
  /** What may be shown of the address: with Slack and others the path is the secret. */
  readonly address: string
  readonly secret: string | undefined
  readonly template: WebhookTemplate
}

/** `https://hooks.slack.com/…`: everything behind the host may be secret. */
export function shownAddress({ origin, pathname, search }: URL): string {
  return pathname === '/' && search === '' ? origin : `${origin}/…`
}
