import { randomBytes, randomUUID } from 'node:crypto'

export interface Attack {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: unknown
}

/** The data that the attackers know. */
export interface Prey {
  /** Phone numbers of buyers. */
  victims: readonly string[]
  sessionIds: readonly string[]
  variantId: string
  /** The attackers' own accounts: an access token and an address of each. */
  accounts: readonly { token: string; addressId: string; payCode: string }[]
}

const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('')
const pick = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T
const post = (path: string, body: unknown, headers: Record<string, string> = {}): Attack => ({
  method: 'POST',
  path,
  body,
  headers,
})
const spaces = ' '.repeat(3_900)
const large = { text: 'x'.repeat(50_000) }
const secret = 'x'.repeat(4_000)

/** Returns phone numbers of satellites, Cuba and Somalia. */
const foreign = () => pick(['+88162', '+87077', '+5352', '+25261']) + digits(7)

/** The attacks: one for each kind. The load sends them in turn. */
export const attacks: Record<string, (prey: Prey) => Attack> = {
  'codes for a buyer': ({ victims }) => post('/api/auth/otp', { phone: pick(victims) }),
  'codes from many hosts': ({ victims }) =>
    // One request in ten is for a number that belongs to nobody. Its message would cost money, and nobody
    // asked for it.
    post('/api/auth/otp', { phone: Math.random() < 0.1 ? `+62813${digits(8)}` : pick(victims) }),
  guesses: () => post('/api/auth/otp/verify', { challenge_id: randomUUID(), code: digits(6) }),
  'codes abroad': () => post('/api/auth/otp', { phone: foreign() }),
  holds: ({ sessionIds, variantId, accounts }) => {
    const { token, addressId, payCode } = pick(accounts)
    if (Math.random() < 0.3) return { method: 'GET', path: `/pay/${payCode}` }
    const headers = { authorization: `Bearer ${token}` }
    const body = { items: [{ variant_id: variantId, quantity: 50 }], address_id: addressId }
    const path = Math.random() < 0.5 ? '/api/orders' : `/api/group-sessions/${pick(sessionIds)}/join`
    return post(path, body, headers)
  },
  rates: ({ variantId }) =>
    post('/api/rates', {
      destination: { postal_code: `${1 + Math.floor(Math.random() * 9)}${digits(4)}` },
      items: [{ variant_id: variantId, quantity: 1 }],
    }),
  'dear requests': ({ sessionIds }) =>
    pick<() => Attack>([
      () => ({ method: 'GET', path: '/s/GBS-1', headers: { 'accept-language': `en${spaces};q=1` } }),
      () => ({ method: 'GET', path: '/docs/swagger-ui-bundle.js' }),
      () => ({ method: 'GET', path: `/api/group-sessions/${pick(sessionIds)}` }),
      () => ({
        method: 'GET',
        path: '/api/wallet',
        headers: { authorization: `Bearer lkst_${randomBytes(32).toString('base64url')}` },
      }),
      () => post('/api/webhooks/whatsapp', large, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }),
      () => post('/api/webhooks/biteship', {}, { 'x-biteship-secret': secret }),
      () =>
        post('/api/auth/refresh', {
          refresh_token: `${randomUUID()}.${randomBytes(32).toString('base64url')}`,
        }),
    ])(),
}

/**
 * Returns the address of an attacker. Half of the attackers have an IPv4 address, the others a /64, with
 * another host address in it each time.
 */
export function addressOfAttacker(i: number, addresses: number): string {
  if (i < addresses / 2) return `198.51.100.${i + 1}`
  const host = Math.floor(Math.random() * 0xffff).toString(16)
  return `2001:db8:${i.toString(16)}:1::${host}`
}
