import { newId } from '../../src/domain/kernel/index.ts'
import type { AccessWorld } from './access-world.ts'
import type { Right } from './role-table.ts'

export interface Call {
  /** The value for the `:id` in the route. */
  id?: string
  query?: string
  body?: object
}

/**
 * A row for one route says who may call it. A new route needs a row here, named by method and pattern, with a
 * valid request. So a refusal can only be caused by the caller's role.
 */
export interface Row {
  /**
   * The customers who may call the route. `anybody`: no log-in is needed. `own`: only the owner; for others
   * the object does not exist. `self`: every customer, about themselves. `secret`: no caller in this matrix,
   * because the route needs a secret.
   */
  customer?: 'anybody' | 'own' | 'self' | 'secret'
  /** The rights of the role table that open the route to staff. An admin may always call it. */
  staff?: readonly Right[]
  /** Makes an object for this row, and returns the request about it. */
  call?: (world: AccessWorld) => Call | Promise<Call>
}

const anything = newId()
const address = {
  label: 'rumah',
  recipient_name: 'Ana',
  phone: '+628120000001',
  street: 'Jl. Melati 1',
  district: 'Coblong',
  city: 'Bandung',
  province: 'Jawa Barat',
  postal_code: '40132',
}
const variant = { sku: 'X', name: 'X', weight_g: 1, price_idr: 1 }
const open: Row = { customer: 'anybody' }
const self: Row = { customer: 'self' }

/**
 * The row of every route of the server. The pages of the documentation are left out, because they contain no
 * data of anybody.
 */
export const accessMatrix: Record<string, Row> = {
  'GET /healthz': open,
  'GET /readyz': open,
  'GET /favicon.ico': open,
  'GET /pay/:code': { ...open, call: () => ({ id: 'PAY-1' }) },
  // Anybody with a valid link may call these routes; an invented token is not valid.
  'GET /stop/:token': { ...open, call: () => ({ id: 'made-up' }) },
  'POST /stop/:token': { ...open, call: () => ({ id: 'made-up' }) },
  'GET /email/:token': { ...open, call: () => ({ id: 'made-up' }) },
  'POST /email/:token': { ...open, call: () => ({ id: 'made-up' }) },
  'GET /s/:code': { ...open, call: async ({ market }) => ({ id: (await market.session()).code }) },
  'GET /s/:code/picture.png': {
    ...open,
    call: async ({ market }) => ({ id: (await market.session()).code }),
  },
  'POST /api/auth/otp': { ...open, call: () => ({ body: { phone: '+628120000009' } }) },
  'POST /api/auth/logout': self,
  'GET /api/products': open,
  'GET /api/products/:id': { ...open, call: ({ market }) => ({ id: market.productId }) },
  'GET /api/products/:id/reviews': { ...open, call: ({ market }) => ({ id: market.productId }) },
  'GET /api/factories/:id': { ...open, call: ({ market }) => ({ id: market.factoryId }) },
  'GET /api/group-sessions': open,
  'GET /api/group-sessions/:id': {
    ...open,
    call: async ({ market }) => ({ id: (await market.session()).id }),
  },
  'POST /api/rates': {
    ...open,
    call: ({ market }) => ({
      body: { destination: { postal_code: '40132' }, items: [{ variant_id: market.variantId, quantity: 1 }] },
    }),
  },

  'GET /api/users/me': self,
  'PATCH /api/users/me': { ...self, call: () => ({ body: { name: 'Ana' } }) },
  'GET /api/users/me/export': self,
  'GET /api/addresses': self,
  'POST /api/addresses': { ...self, call: () => ({ body: address }) },
  'GET /api/addresses/:id': { customer: 'own', call: (world) => world.address() },
  'PATCH /api/addresses/:id': {
    customer: 'own',
    call: async (world) => ({ ...(await world.address()), body: { city: 'Cimahi' } }),
  },
  'DELETE /api/addresses/:id': { customer: 'own', call: (world) => world.address() },
  'POST /api/addresses/:id/default': { customer: 'own', call: (world) => world.address() },
  'GET /api/notifications': self,
  'POST /api/notifications/:id/read': { customer: 'own', call: (world) => world.notification() },
  'GET /api/notifications/preferences': self,
  'PUT /api/notifications/preferences': {
    ...self,
    call: () => ({ body: { data: [{ kind: 'shop', channel: 'email', wanted: false }] } }),
  },
  'POST /api/notifications/subscriptions': {
    ...self,
    call: () => ({
      body: {
        endpoint: 'https://fcm.googleapis.com/fcm/send/x',
        keys: { p256dh: 'B'.repeat(87), auth: 'A'.repeat(22) },
      },
    }),
  },
  'POST /api/notifications': {
    staff: ['notifications', 'resend'],
    call: ({ owner }) => ({ body: { user_id: owner.id, template: 'message', params: ['Hi', 'News'] } }),
  },
  'POST /api/whatsapp/send': {
    staff: ['whatsapp', 'resend'],
    call: () => ({ body: { to: '+628120000009', body: 'Hi' } }),
  },
  'GET /api/wallet': self,
  'GET /api/wallet/entries': self,
  'GET /api/wallet/withdrawals/offer': self,
  'POST /api/wallet/withdrawals': {
    ...self,
    call: () => ({
      body: {
        amount_idr: 50_000,
        bank: { channel_code: 'ID_BCA', account_number: '1234567890', account_holder_name: 'Ana' },
      },
    }),
  },

  'POST /api/group-sessions': {
    staff: ['catalogue'],
    call: ({ market, laku }) => ({
      body: {
        product_id: market.productId,
        moq: 2,
        ends_at: new Date(laku.clock.now().getTime() + 86_400_000).toISOString(),
        tiers: [{ min_units: 1, unit_price_idr: 1_000 }],
      },
    }),
  },
  'POST /api/group-sessions/:id/join': { ...self, call: (world) => world.joinable() },
  'POST /api/group-sessions/:id/leave': { customer: 'own', call: (world) => world.participation() },

  'POST /api/orders': { ...self, call: (world) => world.orderable() },
  'GET /api/orders': { customer: 'self', staff: ['read orders', 'orders'] },
  'GET /api/orders/:id': {
    customer: 'own',
    staff: ['read orders', 'orders'],
    call: (world) => world.order(),
  },
  'POST /api/orders/:id/cancel': {
    customer: 'own',
    staff: ['orders', 'internal calls'],
    call: (world) => world.order(),
  },
  'POST /api/orders/:id/return': { customer: 'own', call: (world) => world.delivered() },
  'PATCH /api/orders/:id/status': {
    staff: ['orders', 'shipments', 'internal calls'],
    call: async (world) => ({ ...(await world.order()), body: { status: 'processing' } }),
  },
  'POST /api/orders/bulk': { staff: ['stock', 'internal calls'], call: (world) => world.session() },
  'POST /api/payments': { customer: 'own', call: (world) => world.unpaid() },
  'GET /api/payments/:id': { customer: 'own', call: (world) => world.payment() },
  'POST /api/payments/escrow': {
    staff: ['payments', 'orders', 'internal calls'],
    call: () => ({ body: { participant_id: anything } }),
  },
  'POST /api/payments/release-escrow': {
    staff: ['payments', 'internal calls'],
    call: (world) => world.session(),
  },
  'POST /api/payments/refund-session': {
    staff: ['payments', 'internal calls'],
    call: (world) => world.session(),
  },
  'GET /api/shipments/:id': {
    customer: 'own',
    staff: ['read everything', 'shipments', 'internal calls'],
    call: (world) => world.shipment(),
  },
  'POST /api/shipments': {
    staff: ['shipments', 'orders', 'internal calls'],
    call: async (world) => ({ body: { order_id: (await world.order()).id } }),
  },
  'POST /api/reviews': { customer: 'own', call: (world) => world.reviewable() },
  'PATCH /api/reviews/:id': {
    customer: 'own',
    call: async (world) => ({ ...(await world.review()), body: { rating: 4 } }),
  },

  'POST /api/products': {
    staff: ['catalogue'],
    call: ({ market }) => ({ body: { factory_id: market.factoryId, name: 'X', variants: [variant] } }),
  },
  'PATCH /api/products/:id': {
    staff: ['catalogue'],
    call: ({ market }) => ({ id: market.productId, body: { description: 'X' } }),
  },
  'POST /api/factories': {
    staff: ['factories', 'factory terms'],
    call: () => ({
      body: {
        name: 'X',
        phone: '021 555 1234',
        city: 'Bandung',
        province: 'Jawa Barat',
        postal_code: '40111',
      },
    }),
  },
  'PATCH /api/factories/:id': {
    staff: ['factories', 'factory terms'],
    call: ({ market }) => ({ id: market.factoryId, body: { name: 'Pabrik' } }),
  },
  'GET /api/warehouse/inventory': { staff: ['read everything', 'stock', 'internal calls'] },
  'POST /api/warehouse/fulfill-demand': {
    staff: ['stock', 'internal calls'],
    call: (world) => world.session(),
  },
  'GET /api/offices': { staff: ['read offices', 'offices', 'internal calls'] },
  'POST /api/settlements/preview': { staff: ['read everything', 'settlements', 'internal calls'] },
  'POST /api/settlements': { staff: ['settlements', 'internal calls'] },

  // These routes know their callers by a secret, and refuse callers without it.
  'POST /api/auth/otp/resend': {
    customer: 'secret',
    call: () => ({ body: { challenge_id: anything, channel: 'sms' } }),
  },
  'POST /api/auth/otp/verify': {
    customer: 'secret',
    call: () => ({ body: { challenge_id: anything, code: '000000' } }),
  },
  'POST /api/auth/refresh': { customer: 'secret', call: () => ({ body: { refresh_token: 'guessed' } }) },
  'GET /api/webhooks/whatsapp': { customer: 'secret' },
  'POST /api/webhooks/biteship': {
    customer: 'secret',
    call: () => ({ body: { event: 'order.status', order_id: 'x', status: 'picked' } }),
  },
  'POST /api/webhooks/fonnte/:secret': { customer: 'secret', call: () => ({ body: {} }) },
  'POST /api/webhooks/whatsapp': { customer: 'secret', call: () => ({ body: {} }) },
  'POST /api/webhooks/xendit': { customer: 'secret', call: () => ({ body: {} }) },

  // This row is the last one, because it erases the caller if nothing of theirs is open.
  'DELETE /api/users/me': self,
}
