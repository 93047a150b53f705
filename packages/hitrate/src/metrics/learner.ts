import { joinTokens, looksLikeValue, type Tokens, textOf, WILDCARD, wildcardOf } from './infer.ts'

/** Different texts at one position under one prefix before they count as values. The first position has a limit of its own. */
const LATER_LIMIT = 24
/** Tokens looked at; what follows the last but one is one wildcard. */
const MAX_TOKENS = 8
/** Texts remembered in all; beyond, every new one counts as a value. */
const MAX_NODES = 4_096

/** A position in keys that begin alike; its children are the tokens seen there. */
interface Node {
  readonly children: Map<string, Node>
  readonly limit: number
  /** Whether the texts here turned out to be values. */
  varies: boolean
}

/** What a key taught. */
export interface Lesson {
  readonly label: string
  /** Labels given earlier that are part of others from now on. */
  readonly folded: readonly (readonly [from: string, into: string])[]
}

/**
 * Learns which positions of keys hold values that don't look like any: slugs, names, search words. In a tree of the
 * tokens seen, a position that shows too many different texts under its prefix becomes a wildcard, and what was learned
 * below them is merged. Keys of different length are different families, so that a flood of plain words doesn't swallow
 * the names of others. Memory is bounded: when it is used up, whatever is new counts as a value.
 */
export class Learner {
  /** By number of tokens. */
  readonly #roots = new Map<number, Node>()
  readonly #firstLimit: number
  #nodes = 0

  /** @param firstLimit different texts at a key's first position, where families have their names, before they count as values */
  constructor(firstLimit: number) {
    this.#firstLimit = firstLimit
  }

  learn(tokens: Tokens): Lesson {
    const key = tokens.length > MAX_TOKENS ? [...tokens.slice(0, MAX_TOKENS - 1), WILDCARD] : tokens
    const path: string[] = []
    const folded: (readonly [from: string, into: string])[] = []
    let node: Node | undefined = this.#root(key.length)
    for (const token of key) {
      let step = stepOf(node, token)
      if (step === token && node !== undefined && !node.children.has(token)) {
        if (node.children.size >= node.limit) folded.push(...this.#generalise(node, path))
        if (node.varies || this.#nodes >= MAX_NODES) step = wildcardOf(token)
      }
      path.push(step)
      node = node?.children.get(step) ?? this.#grow(node, step)
    }
    return { label: joinTokens(path), folded }
  }

  #root(length: number): Node {
    let root = this.#roots.get(length)
    if (root === undefined) {
      root = { children: new Map(), limit: this.#firstLimit, varies: false }
      this.#roots.set(length, root)
    }
    return root
  }

  #grow(node: Node | undefined, token: string): Node | undefined {
    if (node === undefined || this.#nodes >= MAX_NODES) return undefined
    const child: Node = { children: new Map(), limit: LATER_LIMIT, varies: false }
    // A copy: a piece of a string keeps the whole of it alive, here the key.
    node.children.set(structuredClone(token), child)
    this.#nodes++
    return child
  }

  /** Makes the position after `prefix` a wildcard, and says what that makes of the labels below. */
  #generalise(node: Node, prefix: Tokens): Lesson['folded'] {
    const before = [...pathsBelow(node)]
    this.#wildcard(node)
    return before.map((path) => {
      const after = follow(node, path)
      return [joinTokens([...prefix, ...path]), joinTokens([...prefix, ...after])] as const
    })
  }

  #wildcard(node: Node): void {
    const children = [...node.children]
    node.children.clear()
    node.varies = true
    for (const [token, child] of children) this.#place(node, wildcardOf(token), child)
  }

  /** Puts a child where its token says; one that is already there takes in its children. */
  #place(node: Node, token: string, child: Node): void {
    const present = node.children.get(token)
    if (present === undefined) {
      node.children.set(token, child)
      return
    }
    this.#nodes--
    for (const [below, grandchild] of child.children) {
      this.#place(present, present.varies ? wildcardOf(below) : below, grandchild)
    }
    if (!present.varies && present.children.size > present.limit) this.#wildcard(present)
  }
}

/** How a position names a token: by itself or by a wildcard. */
function stepOf(node: Node | undefined, token: string): string {
  if (node?.varies === true) return wildcardOf(token)
  if (node?.children.has(token) === true) return token
  return looksLikeValue(textOf(token)) ? wildcardOf(token) : token
}

function* pathsBelow(node: Node): IterableIterator<Tokens> {
  if (node.children.size === 0) yield []
  for (const [token, child] of node.children) for (const path of pathsBelow(child)) yield [token, ...path]
}

function follow(from: Node, path: Tokens): Tokens {
  let node: Node | undefined = from
  return path.map((token) => {
    const step = stepOf(node, token)
    node = node?.children.get(step)
    return step
  })
}
