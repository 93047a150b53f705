export interface ClusterOptions {
  /** Each gets as many of the 16384 slots as the others. Default: 3; with fewer than 3 none can replace a lost one. */
  readonly primaries?: number
  /** Of each primary. Default: 1. */
  readonly replicas?: number
  /** How long a node has to be silent until another finds it down, milliseconds. Default: 2000. */
  readonly nodeTimeoutMs?: number
  /** Default: none. Contained in `url`. */
  readonly password?: string
  /** Directives of redis.conf: `{ maxmemory: '10mb' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /**
   * The ports of 127.0.0.1 under which clients and nodes reach this node, for proxies in front of it. Asked once for
   * each node before it starts, in the order of `nodes`. Default: its own ports.
   */
  readonly expose?: (node: NodeAddress) => Promise<ExposedPorts>
  /**
   * Each node has an address of its own for the connections it opens, 127.0.1.1 and up, by which a proxy can tell them
   * apart; it still listens on 127.0.0.1. For Linux, where the whole of 127.0.0.0/8 is there. Default: false.
   */
  readonly hosts?: boolean
}

export interface NodeAddress extends ExposedPorts {
  /** Where the connections come from that this node opens. 127.0.0.1 without `hosts`. */
  readonly host: string
}

export interface ExposedPorts {
  readonly port: number
  /** For the nodes' talk among each other. */
  readonly busPort: number
}
