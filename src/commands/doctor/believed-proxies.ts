import type { Laku } from '../../runtime/laku.ts'
import type { DoctorCheck } from './checks.ts'

/** Returns a sentence that says which network address the server uses as the caller's address. */
function believedAddress({ config }: Pick<Laku, 'config'>): string {
  const { trustedProxies } = config
  if (trustedProxies.length === 0)
    return "X-Forwarded-For is ignored: a caller's address is the address of the connection"
  return `X-Forwarded-For is believed of ${trustedProxies.join(', ')}: a caller's address is the last address in it that is not a trusted proxy`
}

const widest = ['0.0.0.0/0', '::/0']

/**
 * The check of the proxies whose X-Forwarded-For header the server believes. If one of these proxies is not
 * trustworthy, a caller can evade every rate limit that counts by network address.
 */
export const believedProxies: DoctorCheck = {
  name: 'trusted proxies',
  examine: async (laku) => {
    const { env, host, trustedProxies } = laku.config
    const believed = believedAddress(laku)
    if (trustedProxies.some((text) => widest.includes(text)))
      return [
        {
          severity: 'critical',
          message: `every client can invent its address: ${believed}`,
          command: 'LAKU_TRUSTED_PROXIES=…',
        },
      ]
    const isOpen = host !== '127.0.0.1' && host !== '::1' && host !== 'localhost'
    const none = trustedProxies.every((text) => text === 'loopback')
    if (env !== 'production' || !isOpen || !none) return []
    return [
      {
        severity: 'warning',
        message: `the server listens on ${host}, so all callers behind a proxy on another machine count as one caller: ${believed}`,
        command: 'LAKU_TRUSTED_PROXIES=…',
      },
    ]
  },
}
