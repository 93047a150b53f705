import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promtool, startRedis } from '@hitrate/test-support'
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
  readonly secrets?: readonly string[]
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

describe('deploy/monitoring/compose.yaml', () => {
  const { services, volumes } = composeOf('monitoring')
  const all = Object.entries(services)
  const config: PrometheusConfig = parse(readFileSync(join(DEPLOY, 'prometheus/prometheus.yaml'), 'utf8'))
  const [scrape] = config.scrape_configs

  test('runs images of a pinned version, published on this machine alone', () => {
    for (const [name, { image, ports = [] }] of all) {
      if (name !== 'marketplace') expect(image, name).toMatch(/:v?\d+\.\d+\.\d+$/)
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/)
    }
    expect(redisStore(services.marketplace?.environment?.REDIS_URL)).toBeDefined()
  })

  test('mounts files that are there and volumes that are declared, every board among them', () => {
    const sources = all.flatMap(([, { volumes: mounted = [] }]) =>
      mounted.map((one) => one.split(':')[0] ?? ''),
    )
    for (const source of sources) {
      expect(source in volumes || existsSync(join(DEPLOY, 'monitoring', source)), source).toBe(true)
    }
    for (const board of ['overview', 'patterns', 'redis'])
      expect(sources).toContain(`../grafana/${board}.json`)
  })

  test('scrapes the marketplace where it listens, with the token it is given', () => {
    const port = services.marketplace?.ports?.[0]?.split(':').at(-1)
    expect(scrape?.static_configs).toEqual([{ targets: [`marketplace:${port}`] }])
    expect(scrape?.metrics_path).toBe('/api/v1/cache/metrics')
    const [secret] = services.prometheus?.secrets ?? []
    expect(scrape?.authorization.credentials_file).toBe(`/run/secrets/${secret}`)
  })

  test('has a configuration that Prometheus takes, with its rules', () => {
    // The token is only there in a container.
    expect(
      promtool(['check', 'config', '--syntax-only', join(DEPLOY, 'prometheus/prometheus.yaml')]),
    ).toMatchObject({
      ok: true,
    })
    for (const file of config.rule_files) expect(existsSync(join(DEPLOY, 'prometheus', file))).toBe(true)
  })
})

interface PrometheusConfig {
  readonly rule_files: readonly string[]
  readonly scrape_configs: readonly {
    readonly metrics_path: string
    readonly authorization: { readonly credentials_file: string }
    readonly static_configs: readonly object[]
  }[]
}
