import { isIPv6 } from 'node:net'

/** Whom an address belongs to, from near to far. */
export interface Network {
  /** The address itself, or for IPv6 its /64: what a provider gives to one home or phone. */
  home: string
  /** For IPv6 the /48, the most that one customer of a provider is given; none for IPv4. */
  site?: string
}

/** The first `groups` groups of an IPv6 address, written whole. */
function prefixOf(address: string, groups: number): string {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return all
    .slice(0, groups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/**
 * The names by which calls from an address are counted. An IPv4 address may stand for thousands of phones (CGNAT), an IPv6 one
 * for nobody: its owner has 2^64 of them.
 */
export function networkOf(address: string): Network {
  const v4 = mapped.exec(address)?.[1]
  if (v4 !== undefined || !isIPv6(address)) return { home: v4 ?? address }
  return { home: `${prefixOf(address, 4)}::/64`, site: `${prefixOf(address, 3)}::/48` }
}
