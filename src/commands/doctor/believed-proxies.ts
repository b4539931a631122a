import type { Laku } from '../../runtime/laku.ts'
import type { DoctorCheck } from './checks.ts'

/** Returns a sentence about which address the server takes as a caller's address. */
function believedAddress({ config }: Pick<Laku, 'config'>): string {
  const { trustedProxies } = config
  if (trustedProxies.length === 0)
    return 'X-Forwarded-For is believed of nobody: the address of a caller is that of the connection'
  return `X-Forwarded-For is believed of ${trustedProxies.join(', ')}: the address of a caller is the last one in it that is none of these`
}

const widest = ['0.0.0.0/0', '::/0']

/**
 * The check that names the proxies whose X-Forwarded-For the server believes. A wrong proxy lets a caller
 * pass every limit by address.
 */
export const believedProxies: DoctorCheck = {
  name: 'proxies that are believed',
  examine: async (laku) => {
    const { env, host, trustedProxies } = laku.config
    const believed = believedAddress(laku)
    if (trustedProxies.some((text) => widest.includes(text)))
      return [
        {
          severity: 'critical',
          message: `everybody may say who calls: ${believed}`,
          command: 'LAKU_TRUSTED_PROXIES=…',
        },
      ]
    const isOpen = host !== '127.0.0.1' && host !== '::1' && host !== 'localhost'
    const none = trustedProxies.every((text) => text === 'loopback')
    if (env !== 'production' || !isOpen || !none) return []
    return [
      {
        severity: 'warning',
        message: `the server listens on ${host} and a proxy elsewhere would count as one caller: ${believed}`,
        command: 'LAKU_TRUSTED_PROXIES=…',
      },
    ]
  },
}
