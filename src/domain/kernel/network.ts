import { isIPv6 } from 'node:net'

/** The networks to which an IP address belongs: the smallest first, then a larger one. */
export interface Network {
  /**
   * The IPv4 address itself, or the /64 of an IPv6 address: the range that a provider gives to one home or
   * phone.
   */
  home: string
  /**
   * The /48 of an IPv6 address: the largest range that a provider gives to one customer. It is absent for
   * IPv4.
   */
  site?: string
}

/**
 * Returns the eight groups of an IPv6 address, without leading zeros. The last two groups may be written as
 * an IPv4 address.
 */
function groupsOf(address: string): string[] {
  const hex = (address.split('%', 1)[0] as string).replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a, b, c, d) => `${(a * 256 + Number(b)).toString(16)}:${(c * 256 + Number(d)).toString(16)}`,
  )
  const [head = '', tail] = hex.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = Math.max(0, 8 - before.length - after.length)
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return all.map((group) => Number.parseInt(group, 16).toString(16))
}

/**
 * The prefixes of IPv6 addresses that carry an IPv4 address in their last 32 bits: IPv4 written as IPv6 (RFC
 * 4291), IPv4 translated (RFC 2765), and a phone company's NAT64 (RFC 6052, RFC 8215).
 */
const CARRIES_V4 = /^(0:0:0:0:(0:ffff|ffff:0)|64:ff9b:0:0:0:0|64:ff9b:1(:[\da-f]+){3}):[\da-f]+:[\da-f]+$/

/**
 * Returns the networks under which the calls from an IP address are counted. One IPv4 address may serve
 * thousands of phones (CGNAT). IPv6 addresses are counted by range, because one customer can use 2^64
 * addresses.
 */
export function networkOf(address: string): Network {
  if (!isIPv6(address)) return { home: address }
  const groups = groupsOf(address)
  if (CARRIES_V4.test(groups.join(':'))) {
    const bytes = groups.slice(6).flatMap((group) => {
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 255]
    })
    return { home: bytes.join('.') }
  }
  return { home: `${groups.slice(0, 4).join(':')}::/64`, site: `${groups.slice(0, 3).join(':')}::/48` }
}
