import { DURATION_FORMS, type Duration, type Fleet, type Milliseconds, parseDuration } from 'hitrate'
import { spanText } from '../durations.ts'
import { refuse } from '../invalid-option.ts'
import { ALERT_RULES, type AlertRuleName } from './alert.ts'
import type { Lease } from './lease.ts'
import { type AlertRule, RULE_OPTIONS, type RuleInForce, type RuleSettings } from './rule.ts'
import { defaultClear, RULES } from './rules.ts'
import { shownAddress, WEBHOOK_TEMPLATES, type Webhook, type WebhookOptions } from './webhooks/webhook.ts'

/** What may be set of a rule; defaults and which of these it knows: the table in docs/alerts.md. */
export interface AlertRuleOptions {
  /** From which value on, or below which, it is raised; rates 0 to 1, times in milliseconds. */
  readonly threshold?: number | undefined
  /** What the value must come back to. Default: a fifth below the threshold; where low is bad, a tenth of the way to 1. */
  readonly clear?: number | undefined
  /** Over how long it is measured: 10 s up to the retention of the metrics. */
  readonly window?: Duration | undefined
  /** For how long it must be so before it is raised, and clear before it is resolved. At most 24 h. */
  readonly for?: Duration | undefined
  /** With fewer lookups (of `load_errors`, loads) in the window it is quiet. */
  readonly minSamples?: number | undefined
  /** Of `low_hit_rate`: patterns that always miss, such as `search:*`. */
  readonly ignore?: readonly string[] | undefined
}

export interface AlertsOptions {
  /** Rules by name; `false`: not watched. What is not named has its defaults. */
  readonly rules?: { readonly [R in AlertRuleName]?: AlertRuleOptions | false | undefined } | undefined
  /** Where alerts are sent, besides the log and `GET /alerts`: at most 10. Default nowhere. */
  readonly webhooks?: readonly WebhookOptions[] | undefined
  /** Between two looks, 1 s to 5 minutes. Default `10s`. */
  readonly interval?: Duration | undefined
  /**
   * So that one process of many tells the webhooks. Default: one of the cache's fleet, where it has one, else this one.
   * `false`: this one, whoever else does.
   */
  readonly lease?: Lease | false | undefined
}

/** Checked, with defaults. */
export interface ResolvedAlerts {
  readonly rules: readonly RuleInForce[]
  readonly webhooks: readonly Webhook[]
  readonly interval: Milliseconds
  readonly lease: Lease
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 24 * 60 * MINUTE

/** The narrowest window the collector keeps. */
const MIN_WINDOW = 10 * SECOND
const MAX_WEBHOOKS = 10
const MAX_IGNORED = 1_000
const MAX_URL_LENGTH = 2_048
const SECRET = /^[!-~]{16,1024}$/

function objectOf(option: string, given: unknown, known: readonly string[]): object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refuse(option, given, `an object with ${known.join(', ')}`)
  }
  const stray = Object.keys(given).find((name) => !known.includes(name))
  if (stray !== undefined)
    throw refuse(option, stray, `an object with no other names than ${known.join(', ')}`)
  return given
}

function spanOf(option: string, given: unknown, min: Milliseconds, max: Milliseconds): Milliseconds {
  const span = parseDuration(given)
  if (span === undefined || span < min || span > max) {
    throw refuse(option, given, `from ${spanText(min)} to ${spanText(max)}: ${DURATION_FORMS}`)
  }
  return span
}

function numberOf(option: string, given: unknown, max: number, whole: boolean): number {
  const fits =
    typeof given === 'number' &&
    given >= 0 &&
    given <= max &&
    (whole ? Number.isSafeInteger(given) : Number.isFinite(given))
  if (!fits) {
    const bounds = max === Number.MAX_SAFE_INTEGER ? '0 or more' : `from 0 to ${max}`
    throw refuse(option, given, `a ${whole ? 'whole ' : ''}number, ${bounds}`)
  }
  return given
}

function clearOf(option: string, given: unknown, rule: AlertRule, threshold: number, max: number): number {
  if (given === undefined) return defaultClear(rule, threshold)
  const clear = numberOf(option, given, max, false)
  if (rule.raised === 'above' ? clear > threshold : clear < threshold) {
    const side = rule.raised === 'above' ? 'at most' : 'at least'
    throw refuse(option, given, `${side} the threshold, ${threshold}`)
  }
  return clear
}

function ignoreOf(option: string, given: unknown): ReadonlySet<string> {
  if (given === undefined) return new Set()
  if (
    !Array.isArray(given) ||
    given.length > MAX_IGNORED ||
    !given.every((pattern) => typeof pattern === 'string')
  ) {
    throw refuse(option, given, `a list of at most ${MAX_IGNORED} patterns, such as ['search:*']`)
  }
  return new Set(given)
}

function settingsOf(rule: AlertRule, given: AlertRuleOptions, retention: Milliseconds): RuleSettings {
  const at = `alerts.rules.${rule.name}`
  objectOf(
    at,
    given,
    RULE_OPTIONS.filter((option) => rule.tunable.includes(option)),
  )
  const { defaults } = rule
  const max = rule.unit === 'ratio' ? 1 : Number.MAX_SAFE_INTEGER
  const threshold = numberOf(`${at}.threshold`, given.threshold ?? defaults.threshold, max, false)
  return {
    threshold,
    clear: clearOf(`${at}.clear`, given.clear, rule, threshold, max),
    window: spanOf(`${at}.window`, given.window ?? defaults.window, MIN_WINDOW, retention),
    for: spanOf(`${at}.for`, given.for ?? defaults.for, 0, DAY),
    minSamples: numberOf(
      `${at}.minSamples`,
      given.minSamples ?? defaults.minSamples,
      Number.MAX_SAFE_INTEGER,
      true,
    ),
    ignore: ignoreOf(`${at}.ignore`, given.ignore),
  }
}

function rulesOf(given: AlertsOptions['rules'], retention: Milliseconds): readonly RuleInForce[] {
  if (given !== undefined) objectOf('alerts.rules', given, ALERT_RULES)
  return RULES.flatMap((rule) => {
    const options = given?.[rule.name] ?? {}
    return options === false ? [] : [{ rule, settings: settingsOf(rule, options, retention) }]
  })
}

/** Nothing of what was given is repeated: the address and the secret are nobody's business. */
function webhookOf(given: WebhookOptions, place: number): Webhook {
  const at = `alerts.webhooks[${place}]`
  objectOf(at, given, ['url', 'secret', 'template'])
  const { url: text, secret, template = 'json' } = given
  const url = typeof text === 'string' && text.length <= MAX_URL_LENGTH ? URL.parse(text) : null
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    `${url.username}${url.password}` !== ''
  ) {
    const what =
      url === null ? (typeof text === 'string' ? 'text that is no URL' : typeof text) : `${url.protocol}//…`
    throw refuse(
      `${at}.url`,
      what,
      `an http or https address of at most ${MAX_URL_LENGTH} characters, without user and password`,
    )
  }
  if (secret !== undefined && (typeof secret !== 'string' || !SECRET.test(secret))) {
    const what = typeof secret === 'string' ? `${secret.length} characters` : typeof secret
    throw refuse(`${at}.secret`, what, '16 to 1024 printable ASCII characters without spaces')
  }
  if (!WEBHOOK_TEMPLATES.includes(template)) {
    throw refuse(`${at}.template`, template, `one of ${WEBHOOK_TEMPLATES.join(', ')}`)
  }
  return Object.freeze({ url: url.href, address: shownAddress(url), secret, template })
}

function webhooksOf(given: unknown): readonly Webhook[] {
  if (!Array.isArray(given) || given.length > MAX_WEBHOOKS) {
    throw refuse('alerts.webhooks', given, `a list of at most ${MAX_WEBHOOKS} webhooks`)
  }
  return given.map(webhookOf)
}

const alone: Lease = async () => true

function leaseOf(given: AlertsOptions['lease'], fleet: Fleet | undefined): Lease {
  if (given === false) return alone
  if (given !== undefined) {
    if (typeof given !== 'function') {
      throw refuse('alerts.lease', given, 'false, or a function (id, ttl) => Promise<boolean>')
    }
    return given
  }
  return fleet === undefined ? alone : (id, ttl) => fleet.lease(id, ttl)
}

/**
 * Throws `CacheError` `invalid_option`.
 * @param retention of the metrics: no window reaches back further
 * @param fleet of the cache
 */
export function resolveAlerts(
  given: AlertsOptions | false | undefined,
  retention: Milliseconds,
  fleet: Fleet | undefined,
): ResolvedAlerts | undefined {
  if (given === false) return undefined
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw refuse('alerts', given, 'false, or an object with rules, webhooks, interval, lease')
  }
  const options: AlertsOptions = given ?? {}
  objectOf('alerts', options, ['rules', 'webhooks', 'interval', 'lease'])
  return {
    rules: rulesOf(options.rules, retention),
    webhooks: webhooksOf(options.webhooks ?? []),
    interval: spanOf('alerts.interval', options.interval ?? 10 * SECOND, SECOND, 5 * MINUTE),
    lease: leaseOf(options.lease, fleet),
  }
}
