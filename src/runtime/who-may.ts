import type { Actor, StaffRole } from '../domain/kernel/actor.ts'

/** The staff roles that may run a command, besides the administrator, who may run every command. */
export type Roles = readonly Exclude<StaffRole, 'admin'>[]

const none: Roles = []
const support: Roles = ['support']
const finance: Roles = ['finance']
const service: Roles = ['service']
const money: Roles = ['support', 'finance']
const buyers: Roles = ['support', 'service']
const goods: Roles = ['warehouse', 'service']
const parcels: Roles = ['support', 'warehouse', 'service']
const pickups: Roles = ['warehouse', 'agent', 'service']
const factories: Roles = ['agent', 'finance', 'service']
const shop: Roles = ['support', 'warehouse', 'finance', 'service']
const turners: Roles = ['support', 'warehouse', 'finance']
const persons: Roles = ['support', 'warehouse', 'finance', 'agent']
const everybody: Roles = ['support', 'warehouse', 'finance', 'agent', 'service']

/**
 * Returns the names of all commands of one noun, each with its roles. For example, the noun `orders` and the
 * verb `list` make the command `orders list`.
 */
const of = (noun: string, verbs: Record<string, Roles>): [string, Roles][] =>
  Object.entries(verbs).map(([verb, roles]) => [`${noun} ${verb}`, roles])

/**
 * The roles that may run each command in which a person acts. The other commands concern processes, the
 * database and checks. They are missing here, because they are for the owner of the host machine. A test runs
 * each command as each role and compares the result with this table. docs/roles.md is made from this table.
 */
export const commandRoles: ReadonlyMap<string, Roles> = new Map([
  ...of('sessions', { list: shop, show: shop, watch: shop, join: buyers, leave: buyers }),
  ...of('sessions', { create: service, open: service, close: service, extend: service }),
  ...of('sessions', { check: ['support', 'finance', 'service'], fulfil: goods }),
  ...of('sessions', { cancel: ['finance', 'service'], refund: ['finance', 'service'] }),
  ...of('orders', { list: shop, show: shop, create: buyers, cancel: buyers }),
  ...of('orders', { 'set-status': parcels, hold: parcels, release: parcels }),
  ...of('orders returns', { list: shop, accept: buyers, refuse: buyers }),
  ...of('payments', { list: money, show: money, sync: money, expire: money }),
  ...of('payments', { 'release-escrow': ['finance', 'service'], chargeback: finance, claim: finance }),
  ...of('payments', { book: finance, reconcile: finance, adopt: finance }),
  ...of('payments quarantine', { list: money, apply: finance, refund: finance }),
  ...of('refunds', { list: money, show: money, create: money }),
  ...of('refunds', {
    approve: finance,
    reject: finance,
    retry: finance,
    'declare-dead': finance,
    keep: finance,
  }),
  ...of('wallets', { show: money, entries: money, adjust: money }),
  ...of('wallets withdrawals', {
    list: money,
    approve: finance,
    reject: finance,
    retry: finance,
    returned: finance,
    arrived: finance,
  }),
  ...of('wallets adjustments', { list: money, approve: finance, reject: finance }),
  ...of('settle', { preview: ['support', 'finance', 'service'], run: ['finance', 'service'] }),
  ...of('settle', { list: money, show: money, approve: finance, hold: finance, release: finance }),
  ...of('settle', { void: finance, pay: finance, retry: finance, export: finance, import: finance }),
  ...of('settle batches', { list: money, show: money, confirm: finance, cancel: finance }),
  ...of('settle batches', { correct: finance, adopt: finance }),
  ...of('payouts', { list: money, show: money, 'declare-dead': finance, keep: finance }),
  ...of('suspense', { list: money, show: money, put: finance, offset: finance, 'to-wallet': finance }),
  ...of('suspense', { collect: finance, 'write-off': finance, reassign: finance }),
  ...of('suspense', { approve: finance, reject: finance, split: finance, undo: finance }),
  ...of('stock', { list: shop, show: shop, movements: shop, adjust: goods }),
  ...of('shipments', { list: shop, show: parcels, rates: shop, create: parcels, track: parcels }),
  ...of('shipments', { 'set-status': parcels, 'top-up': finance }),
  ...of('purchase-orders', { list: shop, show: shop, create: goods, send: goods, confirm: pickups }),
  ...of('purchase-orders', { receive: goods, close: goods, cancel: goods }),
  ...of('products', { list: shop, show: shop, create: service, update: service, import: service }),
  ...of('products', { activate: service, deactivate: service }),
  ...of('offices', { list: everybody, show: everybody, create: goods, update: goods, assign: goods }),
  ...of('offices pickups', { list: everybody, show: everybody, schedule: goods, cancel: goods }),
  ...of('offices pickups', { start: pickups, complete: pickups, fail: pickups }),
  ...of('users', { list: money, show: money, create: buyers, update: support, export: support }),
  ...of('users', { activate: support, suspend: support, 'send-code': support, erase: none }),
  ...of('addresses', { list: support, show: support, create: support, update: support }),
  ...of('addresses', { delete: support, 'set-default': support }),
  ...of('notifications', {
    list: ['support', 'finance', 'service'],
    show: ['support', 'finance', 'service'],
  }),
  ...of('notifications', { send: buyers, resend: support, cancel: support }),
  ...of('whatsapp', { list: ['support', 'finance', 'service'], show: ['support', 'finance', 'service'] }),
  ...of('whatsapp', { send: buyers, retry: buyers, cancel: buyers, templates: everybody }),
  ...of('reviews', { list: ['support', 'finance', 'service'], show: ['support', 'finance', 'service'] }),
  ...of('reviews', { publish: support, hide: support }),
  ...of('factories', { list: everybody, show: everybody, create: factories, update: factories }),
  ...of('factories', { 'send-code': factories }),
  ...of('factories', { submit: factories, verify: finance, reject: finance, activate: finance }),
  ...of('factories', { suspend: finance, 'set-bank': ['agent', 'finance'], 'approve-bank': finance }),
  ...of('factories', { 'write-off': finance }),
  ...of('ledger', { balances: money, entries: money, explain: money, 'as-of': money }),
  ...of('ledger', { 'declare-break': none, verify: ['support', 'finance', 'service'] }),
  ...of('attention', {
    list: ['support', 'warehouse', 'finance'],
    show: ['support', 'warehouse', 'finance'],
  }),
  ...of('attention', { resolve: ['support', 'warehouse', 'finance'] }),
  ...of('webhooks', { list: money, show: money, replay: money, discard: finance }),
  ...of('jobs', { list: money, show: money, dead: money, schedules: money }),
  ...of('jobs', { retry: support, cancel: support, redrive: support }),
  ...of('limits', { show: money, allow: finance }),
  ...of('switches', { list: shop, pause: turners, resume: turners }),
  ...of('audit', { list: money, show: money, reveal: finance }),
  ...of('auth', { whoami: everybody, 'revoke-sessions': support }),
  // Each person may list and stop the commands that this person started; an administrator may list and stop
  // all.
  ...of('commands', { list: everybody, show: everybody, stop: everybody }),
  ...of('auth staff', { list: none, add: none, renew: none, rename: none, role: none }),
  ...of('auth staff', { revoke: none, activate: none }),
  ...of('auth factor', { enrol: persons, confirm: persons, show: persons, reset: none }),
])

/**
 * The commands that the owner of the host machine may run without a staff token. They need no token, because
 * cron runs them, and because they change nothing and show no personal data. This holds only if the command
 * opens the database itself. A command that runs through the staff server needs a role.
 */
export const ownersWithoutToken: ReadonlySet<string> = new Set(['ledger verify', 'whatsapp templates'])

/** The staff roles that may call each route that is open to staff. */
export const routeRoles: ReadonlyMap<string, Roles> = new Map([
  ['POST /api/notifications', buyers],
  ['POST /api/whatsapp/send', buyers],
  ['POST /api/group-sessions', service],
  ['GET /api/orders', shop],
  ['GET /api/orders/:id', shop],
  ['POST /api/orders/:id/cancel', buyers],
  ['PATCH /api/orders/:id/status', parcels],
  ['POST /api/orders/bulk', goods],
  ['POST /api/payments/escrow', ['support', 'finance', 'service']],
  ['POST /api/payments/release-escrow', ['finance', 'service']],
  ['POST /api/payments/refund-session', ['finance', 'service']],
  ['GET /api/shipments/:id', parcels],
  ['POST /api/shipments', parcels],
  ['POST /api/products', service],
  ['PATCH /api/products/:id', service],
  ['POST /api/factories', factories],
  ['PATCH /api/factories/:id', factories],
  ['GET /api/warehouse/inventory', parcels],
  ['POST /api/warehouse/fulfill-demand', goods],
  ['GET /api/offices', everybody],
  ['POST /api/settlements/preview', ['support', 'finance', 'service']],
  ['POST /api/settlements', ['finance', 'service']],
])

/** Whether the actor's role may run a command, like `addresses list`. */
export const mayRun = ({ role }: Extract<Actor, { kind: 'staff' }>, path: string): boolean =>
  role === 'admin' || (commandRoles.get(path) ?? []).includes(role)

/** Returns the roles as words for the help, like `support, finance or admin`. */
export const inWords = (roles: Roles): string => {
  const all = [...roles, 'admin']
  return all.length === 1 ? 'admin' : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
}
