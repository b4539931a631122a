import createClient, { type Client } from 'openapi-fetch'
import type { paths } from './api.d.ts'

type Laku = Client<paths>

/** What a front end of another team does, by nothing but the committed description of the API. */
export interface Shop {
  baseUrl: string
  staffToken: string
  /** The code that was sent to this number. */
  codeFor: (phone: string) => Promise<string>
  /** The buyer pays the invoice behind this link. */
  pay: (invoiceUrl: string) => Promise<void>
}

const idempotent = () => ({ 'Idempotency-Key': crypto.randomUUID() })

/** An answer that must be there; what was said instead, where it is not. */
function must<T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T {
  if (data === undefined) throw new Error(`${response.status} ${response.url}: ${JSON.stringify(error)}`)
  return data
}

async function logIn({ baseUrl, codeFor }: Shop, phone: string): Promise<Laku> {
  const visitor = createClient<paths>({ baseUrl })
  const challenge = must(await visitor.POST('/api/auth/otp', { body: { phone } }))
  const code = await codeFor(phone)
  const login = must(
    await visitor.POST('/api/auth/otp/verify', {
      body: { challenge_id: challenge.challenge_id, code, name: 'Budi' },
    }),
  )
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${login.access_token}` } })
}

/** Group success by two buyers, to their orders. Returns ways to look at the session and the orders. */
export async function groupFlow(shop: Shop, goods: { productId: string; variantId: string }) {
  const headers = { authorization: `Bearer ${shop.staffToken}` }
  const staff = createClient<paths>({ baseUrl: shop.baseUrl, headers })
  const session = must(
    await staff.POST('/api/group-sessions', {
      headers: idempotent(),
      body: {
        product_id: goods.productId,
        moq: 2,
        ends_at: new Date(Date.now() + 3_600_000).toISOString(),
        tiers: [{ min_units: 1, unit_price_idr: 50_000 }],
      },
    }),
  )
  const buyers: Laku[] = []
  for (const phone of ['+628123000001', '+628123000002']) {
    const buyer = await logIn(shop, phone)
    const address = must(
      await buyer.POST('/api/addresses', {
        headers: idempotent(),
        body: {
          label: 'rumah',
          recipient_name: 'Budi',
          phone,
          street: 'Jl. Melati 1',
          district: 'Coblong',
          city: 'Bandung',
          province: 'Jawa Barat',
          postal_code: '40132',
        },
      }),
    )
    const joined = must(
      await buyer.POST('/api/group-sessions/{id}/join', {
        params: { path: { id: session.id } },
        headers: idempotent(),
        body: { items: [{ variant_id: goods.variantId, quantity: 1 }], address_id: address.id },
      }),
    )
    await shop.pay(joined.payment.invoice_url)
    buyers.push(buyer)
  }
  return {
    session: async () =>
      must(await staff.GET('/api/group-sessions/{id}', { params: { path: { id: session.id } } })),
    orders: async () => {
      const lists = await Promise.all(buyers.map(async (buyer) => must(await buyer.GET('/api/orders')).data))
      return lists.flat()
    },
  }
}
