/**
 * The limits of the routes, by how much a request costs laku. Each number is a share of the limit that one
 * caller has for all routes. That limit is `policy.addressRequestsPerMinute` for a network and
 * `customerRequestsPerMinute` for a person. deploy/nginx.conf limits the routes by the same shares, but of 50
 * requests a second. A test compares the shares of both files.
 */
export const costs = {
  /**
   * Routes for health probes and providers' webhooks. They have no limit: after a refused probe the process
   * is restarted, and a refused webhook delivery is lost.
   */
  free: { network: Number.POSITIVE_INFINITY, person: Number.POSITIVE_INFINITY },
  /**
   * Routes that need almost no database work. laku answers them from memory, or all callers share one read
   * for a second.
   */
  memory: { network: 1, person: 1 },
  /** Routes that make a few reads, or change the caller's own data. */
  query: { network: 1, person: 1 },
  /**
   * Routes of a log-in's steps: they send a message, check a code, or refresh a token. One network may make
   * twenty such requests a second. So 1,200 phones behind one IP address can each make one request a minute.
   */
  code: { network: 0.4, person: 0.2 },
  /** Routes that may call a courier, who accepts few calls a minute from all of laku. */
  courier: { network: 0.4, person: 0.2 },
  /** Routes that may create an invoice. The invoices of all buyers share one queue. */
  invoice: { network: 0.4, person: 0.2 },
  /**
   * Routes that reserve goods or give them up. A person may make one such request a second, because nobody
   * makes more by hand for long.
   */
  hold: { network: 1, person: 0.2 },
  /** Routes by which money may be paid out. */
  money: { network: 1, person: 0.1 },
} as const satisfies Record<string, { network: number; person: number }>

export type Cost = keyof typeof costs

/** The routes by their cost for laku. A route that is not listed has the cost `query`. */
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
