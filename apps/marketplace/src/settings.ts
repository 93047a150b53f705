import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { CacheError } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { dataFolderProblem } from './catalogue/data-folder.ts'

/** `demo`: simulated shoppers send a few requests a second, so that the dashboard lives. */
export const TRAFFIC_KINDS = ['demo', 'off'] as const
export type Traffic = (typeof TRAFFIC_KINDS)[number]

/** `off`: every lookup bypasses the cache, for comparison. */
export const CACHE_SWITCHES = ['on', 'off'] as const
export type CacheSwitch = (typeof CACHE_SWITCHES)[number]

/** What the environment decides. Defaults: see {@link readSettings}. */
export interface Settings {
  /** 0: any free port. */
  readonly port: number
  readonly host: string
  /** One server, a Sentinel group or a cluster; `undefined`: the cache lives in memory only. */
  readonly redisUrl: string | undefined
  /** `undefined`: a PGlite database inside the process, empty at each start. */
  readonly databaseUrl: string | undefined
  /** Absolute path of a folder of real data; `undefined`: a generated catalogue. */
  readonly dataFolder: string | undefined
  readonly traffic: Traffic
  /** Bearer token of the monitoring API and of the shop's writes; `undefined`: loopback only. */
  readonly adminToken: string | undefined
  readonly cache: CacheSwitch
  /** Where alerts are sent; `undefined`: to the log and the API alone. */
  readonly alertWebhook: AlertWebhook | undefined
}

export interface AlertWebhook {
  readonly url: string
  /** Signs what is sent; `undefined`: no signature. */
  readonly secret: string | undefined
  /** `slack` for an incoming webhook of Slack, by its host. */
  readonly template: 'json' | 'slack'
}

type Environment = Readonly<Record<string, string | undefined>>

/** One line per wrong variable: its name, the value given, what is accepted. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

interface Variable<T> {
  readonly accepted: string
  /** `undefined`: not acceptable. */
  parse(text: string): T | undefined
  /** How the value is shown in an error; default as it is. For what may hold a secret. */
  show?(text: string): string
}

const port: Variable<number> = {
  accepted: 'a whole number from 0 (any free port) to 65535',
  parse: (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined),
}

const host: Variable<string> = {
  accepted: 'an IP address or a host name',
  parse: (text) =>
    isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) ? text : undefined,
}

const redisUrl: Variable<string> = {
  accepted:
    'redis://[user:password@]host[:port][/database], redis-sentinel://h1:p,h2:p/master-name or redis-cluster://h1:p,h2:p; rediss... for TLS; %2F %3F %23 %40 for / ? # @ in a password',
  parse: (text) => (redisUrlProblem(text) === undefined ? text : undefined),
  // Not the URL itself: one that can't be read may hold its password anywhere.
  show: (text) => redisUrlProblem(text) ?? '(not shown)',
}

const databaseUrl: Variable<string> = {
  accepted: 'postgres://[user:password@]host[:port]/database',
  parse: (text) => (isUrl(text, ['postgres:', 'postgresql:']) ? text : undefined),
  show: withoutCredentials,
}

const adminToken: Variable<string> = {
  accepted: '1 to 1024 visible ASCII characters without spaces',
  parse: (text) => (/^[\x21-\x7e]{1,1024}$/.test(text) ? text : undefined),
  show: () => '(not shown)',
}

const alertWebhookUrl: Variable<string> = {
  accepted: 'http://host[:port][/path] or https://..., without user and password',
  parse: (text) => (isWebhookUrl(text) ? text : undefined),
  // Of Slack and others the path is the secret.
  show: () => '(not shown)',
}

const alertWebhookSecret: Variable<string> = {
  accepted: '16 to 1024 visible ASCII characters without spaces',
  parse: (text) => (/^[\x21-\x7e]{16,1024}$/.test(text) ? text : undefined),
  show: () => '(not shown)',
}

function oneOf<const V extends string>(values: readonly V[]): Variable<V> {
  return { accepted: values.join(' or '), parse: (text) => values.find((value) => value === text) }
}

/** What the store's own reader finds wrong, `a redis-sentinel:// URL with no master name`; `undefined`: nothing. */
function redisUrlProblem(text: string): string | undefined {
  try {
    redisStore(text)
    return undefined
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
    const [given] = error.message.split(' given; accepted: ')
    return given?.replace(/^l2[.:] ?/, '')
  }
}

function isUrl(text: string, protocols: readonly string[]): boolean {
  const url = URL.parse(text)
  return url !== null && protocols.includes(url.protocol) && url.hostname !== ''
}

function isWebhookUrl(text: string): boolean {
  const url = isUrl(text, ['http:', 'https:']) ? URL.parse(text) : null
  return url !== null && url.username === '' && url.password === '' && text.length <= 2_048
}

/** The text with everything up to the last `@` of its authority hidden: it may hold a password. */
function withoutCredentials(text: string): string {
  return JSON.stringify(text.replace(/^([a-z-]*:?\/{0,2}).*@/i, '$1***@'))
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== ''
}

function webhookOf(url: string | undefined, secret: string | undefined): AlertWebhook | undefined {
  if (url === undefined) return undefined
  return { url, secret, template: URL.parse(url)?.hostname === 'hooks.slack.com' ? 'slack' : 'json' }
}

/**
 * Reads the environment. An empty variable is one that is not set.
 * @param from folder that relative paths start at; default the one `npm` was called in
 * @throws {SettingsError} naming every variable that is wrong; nothing has been touched then
 */
export function readSettings(
  environment: Environment,
  from: string = environment.INIT_CWD ?? process.cwd(),
): Settings {
  const problems: string[] = []
  const read = <T, D>(name: string, variable: Variable<T>, fallback: D): T | D => {
    const text = environment[name]
    if (text === undefined || text === '') return fallback
    const value = variable.parse(text)
    if (value !== undefined) return value
    problems.push(
      `${name}: ${variable.show?.(text) ?? JSON.stringify(text)} given; accepted: ${variable.accepted}`,
    )
    return fallback
  }
  const dataFolder: Variable<string> = {
    accepted: 'a folder with online-retail/*.csv.gz and catalogue/olist_*.csv.gz',
    parse: (text) => resolve(from, text),
  }

  const settings: Settings = {
    port: read('PORT', port, 8000),
    host: read('HOST', host, '127.0.0.1'),
    redisUrl: read('REDIS_URL', redisUrl, undefined),
    databaseUrl: read('DATABASE_URL', databaseUrl, undefined),
    dataFolder: read('MARKETPLACE_DATA', dataFolder, undefined),
    traffic: read('TRAFFIC', oneOf(TRAFFIC_KINDS), 'demo'),
    adminToken: read('CACHE_ADMIN_TOKEN', adminToken, undefined),
    cache: read('CACHE', oneOf(CACHE_SWITCHES), 'on'),
    alertWebhook: webhookOf(
      read('ALERT_WEBHOOK_URL', alertWebhookUrl, undefined),
      read('ALERT_WEBHOOK_SECRET', alertWebhookSecret, undefined),
    ),
  }
  if (isSet(environment.ALERT_WEBHOOK_SECRET) && !isSet(environment.ALERT_WEBHOOK_URL)) {
    problems.push('ALERT_WEBHOOK_SECRET: given without ALERT_WEBHOOK_URL; accepted: both, or the URL alone')
  }
  const missing = settings.dataFolder === undefined ? undefined : dataFolderProblem(settings.dataFolder)
  if (missing !== undefined) {
    const given = JSON.stringify(environment.MARKETPLACE_DATA)
    problems.push(`MARKETPLACE_DATA: ${given} given, but ${missing}; accepted: ${dataFolder.accepted}`)
  }
  if (problems.length > 0) throw new SettingsError(problems)
  return Object.freeze(settings)
}
