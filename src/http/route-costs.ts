/**
 * The costs that a request of a route may cause us, and so how often one caller may make it. Each is a share
 * of what a caller may ask in all (`policy.addressRequestsPerMinute` of a network,
 * `customerRequestsPerMinute` of a person). deploy/nginx.conf has the same shares of 50 requests a second; a
 * test holds both together.
 */
export const costs = {
  /** Probes and providers: a probe that is refused restarts us, a delivery that is turned away is lost. */
  free: { network: Number.POSITIVE_INFINITY, person: Number.POSITIVE_INFINITY },
  /** Answered from memory, or nearly so. */
  memory: { network: 1, person: 1 },
  /** A few reads, or a change of the caller's own data. */
  query: { network: 1, person: 1 },
  /**
   * A step of a log-in: it sends a message, guesses a code, or refreshes a token. One network may make twenty
   * a second, which serves 1,200 phones a minute behind one address.
   */
  code: { network: 0.4, person: 0.2 },
  /** A courier may be asked, who takes few calls a minute from all of us. */
  courier: { network: 0.4, person: 0.2 },
  /** The request may create an invoice, which waits its turn among those of all buyers. */
  invoice: { network: 0.4, person: 0.2 },
  /** Goods are taken, or given up: once a second a person, which no hand does for long. */
  hold: { network: 1, person: 0.2 },
  /** Money may leave. */
  money: { network: 1, person: 0.1 },
} as const satisfies Record<string, { network: number; person: number }>

export type Cost = keyof typeof costs

/** The routes by cost. A route that is not listed has the cost `query`. */
export const routesByCost: Record<Cost, readonly string[]> = {
  free: [
    'GET /healthz',
    'GET /readyz',
    'GET /api/webhooks/whatsapp',
    'POST /api/webhooks/biteship',
    'POST /api/webhooks/fonnte/:secret',
    'POST /api/webhooks/whatsapp',
    'POST /api/webhooks/xendit',
  ],
  memory: [
    'GET /docs',
    'GET /docs/:file',
    'GET /favicon.ico',
    'GET /s/:code',
    'GET /s/:code/picture.png',
    'GET /api/factories/:id',
    'GET /api/group-sessions',
    'GET /api/group-sessions/:id',
    'GET /api/products',
    'GET /api/products/:id',
    'GET /api/products/:id/reviews',
  ],
  query: [
    'GET /email/:token',
    'POST /email/:token',
    'GET /stop/:token',
    'POST /stop/:token',
    'GET /api/addresses',
    'GET /api/addresses/:id',
    'POST /api/addresses',
    'PATCH /api/addresses/:id',
    'DELETE /api/addresses/:id',
    'POST /api/addresses/:id/default',
    'POST /api/factories',
    'PATCH /api/factories/:id',
    'POST /api/group-sessions',
    'GET /api/notifications',
    'POST /api/notifications',
    'GET /api/notifications/preferences',
    'PUT /api/notifications/preferences',
    'POST /api/notifications/subscriptions',
    'POST /api/notifications/:id/read',
    'GET /api/offices',
    'GET /api/orders',
    'GET /api/orders/:id',
    'POST /api/orders/bulk',
    'PATCH /api/orders/:id/status',
    'GET /api/payments/:id',
    'POST /api/payments/escrow',
    'POST /api/payments/refund-session',
    'POST /api/payments/release-escrow',
    'POST /api/products',
    'PATCH /api/products/:id',
    'POST /api/reviews',
    'PATCH /api/reviews/:id',
    'POST /api/settlements',
    'POST /api/settlements/preview',
    'POST /api/shipments',
    'GET /api/shipments/:id',
    'GET /api/users/me',
    'PATCH /api/users/me',
    'GET /api/wallet',
    'GET /api/wallet/entries',
    'GET /api/wallet/withdrawals/offer',
    'POST /api/warehouse/fulfill-demand',
    'GET /api/warehouse/inventory',
    'POST /api/whatsapp/send',
  ],
  code: [
    'POST /api/auth/otp',
    'POST /api/auth/otp/resend',
    'POST /api/auth/otp/verify',
    'POST /api/auth/refresh',
    'POST /api/auth/logout',
  ],
  courier: ['POST /api/rates'],
  invoice: ['GET /pay/:code'],
  hold: [
    'POST /api/group-sessions/:id/join',
    'POST /api/group-sessions/:id/leave',
    'POST /api/orders',
    'POST /api/orders/:id/cancel',
    'POST /api/orders/:id/return',
    'POST /api/payments',
  ],
  money: ['POST /api/wallet/withdrawals', 'DELETE /api/users/me', 'GET /api/users/me/export'],
}

const byRoute = new Map(
  Object.entries(routesByCost).flatMap(([cost, routes]) => routes.map((route) => [route, cost as Cost])),
)

export function costOf(method: string, route: string | undefined): Cost {
  return byRoute.get(`${method === 'HEAD' ? 'GET' : method} ${route}`) ?? 'query'
}
