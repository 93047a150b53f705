import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startRedis } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const DEPLOY = join(import.meta.dirname, '..', 'deploy')

/** What is read here of a service in a compose file. */
interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly networks: { readonly cache: { readonly ipv4_address: string } }
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, null>>
  readonly networks: { readonly cache: { readonly ipam: { readonly config: readonly { subnet: string }[] } } }
}

function composeOf(folder: string): Compose {
  const compose: Compose = parse(readFileSync(join(DEPLOY, folder, 'compose.yaml'), 'utf8'), { merge: true })
  return compose
}

/** The directives of a configuration file. */
function directivesOf(path: string): readonly (readonly [name: string, value: string])[] {
  return readFileSync(join(DEPLOY, path), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', ...values] = line.split(' ')
      return [name, values.join(' ')]
    })
}

const addressOf = ({ networks }: Service): string => networks.cache.ipv4_address

/** The part of a URL with its hosts. */
const hostsOf = (url: string): readonly string[] => /:\/\/([^/]*)/.exec(url)?.[1]?.split(',') ?? []

describe.each(['sentinel', 'cluster'])('deploy/%s/compose.yaml', (folder) => {
  const { services, volumes, networks } = composeOf(folder)
  const all = Object.entries(services)
  const named = (prefix: string) =>
    all.filter(([name]) => name.startsWith(prefix)).map(([, service]) => service)
  const { marketplace } = services
  const url = marketplace?.environment?.REDIS_URL ?? ''

  test('runs the marketplace of this repository, and images of a pinned version', () => {
    const { context = '', dockerfile = '' } = marketplace?.build ?? {}
    expect(resolve(DEPLOY, folder, context)).toBe(resolve(DEPLOY, '..'))
    expect(existsSync(join(DEPLOY, folder, context, dockerfile))).toBe(true)
    for (const [name, { image }] of all) {
      if (name !== 'marketplace') expect(image, name).toMatch(/^redis:\d+\.\d+\.\d+$/)
    }
  })

  test('is reached from this machine alone, on the port that the image listens on', () => {
    const dockerfile = readFileSync(join(DEPLOY, 'marketplace.Dockerfile'), 'utf8')
    const port = /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1]
    expect(dockerfile).toContain(`PORT=${port}`)
    const published = all.flatMap(([name, { ports = [] }]) => ports.map((one) => [name, one]))
    expect(published).toEqual([['marketplace', `127.0.0.1:8000:${port}`]])
  })

  test('has a REDIS_URL that the store reads, with the addresses of its services', () => {
    expect(() => redisStore(url)).not.toThrow()
    const [port, asked] = folder === 'sentinel' ? [26_379, named('sentinel-')] : [6_379, named('redis-')]
    const known = asked.map((service) => `${addressOf(service)}:${port}`)
    expect(hostsOf(url)).toHaveLength(3)
    expect(known).toEqual(expect.arrayContaining([...hostsOf(url)]))
  })

  test('gives each service an address of its own in its network', () => {
    const addresses = all.map(([, service]) => addressOf(service))
    expect(new Set(addresses).size).toBe(all.length)
    const [{ subnet = '' } = {}] = networks.cache.ipam.config
    expect(subnet).toMatch(/\.0\/24$/)
    for (const address of addresses) expect(address.startsWith(subnet.slice(0, -'0/24'.length))).toBe(true)
  })

  test('mounts files that are there and volumes that are declared, and waits for services that tell when', () => {
    for (const [name, { volumes: mounted = [], depends_on: needed = {} }] of all) {
      for (const source of mounted.map((one) => one.split(':')[0] ?? '')) {
        const isThere = source.startsWith('.') ? existsSync(join(DEPLOY, folder, source)) : source in volumes
        expect(isThere, `${name}: ${source}`).toBe(true)
      }
      for (const [other, { condition }] of Object.entries(needed)) {
        expect(services[other], `${name}: ${other}`).toBeDefined()
        if (condition === 'service_healthy') expect(services[other]?.healthcheck, other).toBeDefined()
      }
    }
  })

  test('configures servers as Redis accepts it, with a policy for entries that have a ttl', async () => {
    const ours = ['bind', 'protected-mode', 'cluster-config-file']
    const settings = directivesOf(`${folder}/redis.conf`).filter(([name]) => !ours.includes(name))
    await using redis = await startRedis({ settings: Object.fromEntries(settings) })
    expect(await redis.exec('CONFIG', 'GET', 'maxmemory-policy')).toContain('volatile-lru')
  })
})

test('the sentinels watch the first server, by the name that the URL has', () => {
  const { services } = composeOf('sentinel')
  const monitored = directivesOf('sentinel/sentinel.conf').find(([, value]) => value.startsWith('monitor '))
  const primary = services['redis-1']?.networks.cache.ipv4_address
  const name = services.marketplace?.environment?.REDIS_URL?.split('/').at(-1)
  expect(monitored?.[1]).toBe(`monitor ${name} ${primary} 6379 2`)
  for (const replica of ['redis-2', 'redis-3']) {
    expect(services[replica]?.environment).toEqual({ PRIMARY: primary })
  }
})

test('the cluster is made of all servers, each of which announces its own address', () => {
  const { services } = composeOf('cluster')
  const servers = Object.entries(services).filter(([name]) => name.startsWith('redis-'))
  expect(servers).toHaveLength(6)
  const create = services.create?.command?.join(' ') ?? ''
  for (const [name, service] of servers) {
    expect(create).toContain(` ${addressOf(service)}:6379 `)
    expect(service.command?.slice(-2), name).toEqual(['--cluster-announce-ip', addressOf(service)])
  }
})
