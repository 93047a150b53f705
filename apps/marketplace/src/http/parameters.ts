import { MAX_ID_LENGTH } from '../catalogue/catalogue.ts'

/**
 * JSON schemas of what requests may carry. Fastify checks them; each one's `description` says in words what is
 * accepted, and answers to wrong input repeat it.
 */

const MAX_QUERY_LENGTH = 100

const id = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_ID_LENGTH,
  pattern: '^\\P{Cc}*$',
  description: `1 to ${MAX_ID_LENGTH} characters, none of them a control character`,
} as const

const page = {
  type: 'string',
  pattern: '^[1-9]\\d{0,2}$',
  description: 'a whole number from 1 to 999',
} as const

/** Also for queries that hold nothing but spaces, which only shows once they are normalised. */
export const SEARCH_QUERY = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_QUERY_LENGTH,
  pattern: '^\\P{Cc}*$',
  description: `1 to ${MAX_QUERY_LENGTH} characters, not all of them spaces, none a control character`,
} as const

const nothing = { type: 'object', additionalProperties: false, properties: {} } as const

export const noQuery = { querystring: nothing } as const

export const byId = {
  params: { type: 'object', properties: { id } },
  querystring: nothing,
} as const

export const paged = {
  querystring: { type: 'object', additionalProperties: false, properties: { page } },
} as const

export const pagedBySlug = {
  params: { type: 'object', properties: { slug: id } },
  querystring: paged.querystring,
} as const

export const searched = {
  querystring: {
    type: 'object',
    additionalProperties: false,
    required: ['q'],
    properties: { q: SEARCH_QUERY, page },
  },
} as const

export const catalogueQuery = {
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: {
      codes: { type: 'string', enum: ['0', '1'], description: '0 or 1 (with the ids of all products)' },
    },
  },
} as const

export const productChange = {
  ...byId,
  body: {
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: {
      price: { type: 'number', minimum: 0, maximum: 1_000_000, description: 'a number from 0 to 1000000' },
      stock: {
        type: 'integer',
        minimum: 0,
        maximum: 1_000_000,
        description: 'a whole number from 0 to 1000000',
      },
    },
    description: 'a JSON object with price, stock, or both',
  },
} as const

export const streamChange = {
  ...byId,
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['live'],
    properties: { live: { type: 'boolean', description: 'true or false' } },
    description: 'a JSON object with live',
  },
} as const

export interface IdParams {
  readonly id: string
}

export interface PageQuery {
  readonly page?: string
}

/** The page asked for; without one, the first. */
export function pageNumber({ page }: PageQuery): number {
  return Number(page ?? 1)
}
