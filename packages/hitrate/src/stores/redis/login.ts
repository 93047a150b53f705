import type { ConnectionOptions } from 'node:tls'
import { describeSecret, refusal } from './refusal.ts'

/** Options of `tls.connect`, such as `ca`, `cert`, `key`, `servername`; where to connect is said by the URL. */
export type TlsOptions = Omit<ConnectionOptions, 'host' | 'port' | 'path' | 'socket'>

/** Who logs in, and how: what need not stand in a URL. With URLs only, over what they say. */
export interface LoginOptions {
  /** Of the servers; needs a password. Default the URL's, else Redis's `default`. */
  readonly username?: string | undefined
  /** Of the servers. Default the URL's, else none. */
  readonly password?: string | undefined
  /** Number of the database, 0 or more; a cluster has no other than 0. Default the URL's, else 0. */
  readonly database?: number | undefined
  /** TLS as with `rediss://`, or the options of `tls.connect`; to sentinels too. Default what the URL's scheme says. */
  readonly tls?: true | TlsOptions | undefined
  /** Of the sentinels, which don't know the servers' users; needs a password. Default the URL's, else `default`. */
  readonly sentinelUsername?: string | undefined
  /** Of the sentinels. Default the URL's, else none. */
  readonly sentinelPassword?: string | undefined
}

/** {@link LoginOptions}, checked and copied. */
export interface Login extends Omit<LoginOptions, 'tls'> {
  /** `undefined`: the URL's scheme says. */
  readonly tls: object | undefined
}

export const LOGIN_NAMES: readonly (keyof LoginOptions)[] = [
  'username',
  'password',
  'database',
  'tls',
  'sentinelUsername',
  'sentinelPassword',
]

/** Said by the URL: a second address would win over it, or a line be used twice. */
const SAID_BY_URL = ['host', 'port', 'path', 'socket']

/** @throws CacheError `invalid_option` */
export function readLogin(options: LoginOptions): Login {
  return {
    username: someText('username', options.username),
    password: someText('password', options.password),
    database: readDatabase(options.database),
    tls: readTls(options.tls),
    sentinelUsername: someText('sentinelUsername', options.sentinelUsername),
    sentinelPassword: someText('sentinelPassword', options.sentinelPassword),
  }
}

/**
 * With a client or options of the user's, who have their own.
 * @throws CacheError `invalid_option`
 */
export function refuseLogin(login: Login): void {
  const given = LOGIN_NAMES.find((name) => login[name] !== undefined)
  if (given === undefined) return
  const accepted = 'one beside a URL; set it on the client you give, or in the options of one'
  throw refusal(`l2.${given}`, 'one without a URL', accepted)
}

/** Never repeats what was given: it may be a password. */
function someText(name: keyof LoginOptions, given: string | undefined): string | undefined {
  if (given === undefined || (typeof given === 'string' && given !== '')) return given
  const what = given === '' ? 'empty text' : `a value of type ${typeof given}`
  throw refusal(`l2.${name}`, what, 'text that is not empty, or undefined')
}

function readDatabase(given: number | undefined): number | undefined {
  if (given === undefined || (Number.isSafeInteger(given) && given >= 0)) return given
  throw refusal('l2.database', describeSecret(given), 'a whole number, 0 or more')
}

function readTls(given: LoginOptions['tls']): object | undefined {
  if (given === undefined) return undefined
  if (given === true) return {}
  const accepted = 'true, or options of tls.connect such as { ca, cert, key }'
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refusal('l2.tls', describeSecret(given), accepted)
  }
  const second = SAID_BY_URL.find((name) => name in given)
  if (second !== undefined) throw refusal(`l2.tls.${second}`, 'one', `${accepted}; the URL says where to`)
  return { ...given }
}
