import type { CommandDefinition } from './command.ts'
import type { GroupShape } from './program.ts'
import { withRoleCheck } from './require-role.ts'

interface Named {
  name: string
  /** A former name of the noun or the command. It still works, but no help lists it. */
  alias?: string
  description: string
  /** True if the help does not list the command, because other commands start it. */
  hidden?: boolean
}

/**
 * A second noun inside a noun, with its verbs. For example, `quarantine` in `laku payments quarantine list`.
 */
export type VerbGroup = GroupShape<CommandDefinition>

/**
 * A command without a noun, or a noun with its verbs. The code of its commands is loaded when it is first
 * used.
 */
export type Entry = Named &
  (
    | { command: () => Promise<CommandDefinition> }
    | { verbs: () => Promise<(CommandDefinition | VerbGroup)[]> }
  )

const entriesWithoutCheck: readonly Entry[] = [
  {
    name: 'up',
    description: 'run everything on this machine: database, provider sandbox, server and worker',
    command: async () => (await import('../../commands/up.ts')).up,
  },
  {
    name: 'demo',
    description: 'show group buying with real processes, in a shop of its own',
    command: async () => (await import('../../commands/demo/demo.ts')).demo,
  },
  {
    name: 'serve',
    description: 'the HTTP server',
    command: async () => (await import('../../commands/serve.ts')).serve,
  },
  {
    name: 'worker',
    description: 'the worker that runs the jobs',
    command: async () => (await import('../../commands/worker.ts')).worker,
  },
  {
    name: 'sandbox',
    description: 'the provider sandbox alone',
    hidden: true,
    command: async () => (await import('../../commands/sandbox.ts')).sandbox,
  },
  {
    name: 'login',
    description: 'log in to a shop by its staff server',
    command: async () => (await import('../../commands/auth/login.ts')).login,
  },
  {
    name: 'context',
    description: 'the shops that you are logged in to',
    verbs: async () => (await import('../../commands/context/verbs.ts')).verbs,
  },
  {
    name: 'commands',
    description: 'the commands that staff ran on the server, and their results',
    verbs: async () => (await import('../../commands/commands/verbs.ts')).verbs,
  },
  {
    name: 'doctor',
    description: 'find what is wrong, how bad it is, and the command that fixes it',
    command: async () => (await import('../../commands/doctor/doctor.ts')).doctor,
  },
  {
    name: 'completion',
    description: 'completion for bash, zsh and fish',
    command: async () => (await import('../../commands/completion/completion.ts')).completion,
  },
  {
    name: 'db',
    description: 'the database: migrate, start, stop, seed',
    verbs: async () => [
      (await import('../../commands/db/migrate.ts')).migrate,
      (await import('../../commands/db/status.ts')).status,
      (await import('../../commands/db/start.ts')).start,
      (await import('../../commands/db/stop.ts')).stop,
      (await import('../../commands/db/url.ts')).url,
      (await import('../../commands/db/seed.ts')).seed,
      (await import('../../commands/db/backup.ts')).backup,
      (await import('../../commands/db/restore.ts')).restore,
      (await import('../../commands/db/psql.ts')).psql,
      (await import('../../commands/db/shift-clock.ts')).shiftClock,
      (await import('../../commands/db/reset-clock.ts')).resetClock,
      (await import('../../commands/db/keys/verbs.ts')).keys,
    ],
  },
  {
    name: 'sessions',
    description: 'group-buying sessions',
    verbs: async () => [
      (await import('../../commands/sessions/list.ts')).list,
      (await import('../../commands/sessions/show.ts')).show,
      (await import('../../commands/sessions/create.ts')).create,
      (await import('../../commands/sessions/open.ts')).open,
      (await import('../../commands/sessions/join.ts')).join,
      (await import('../../commands/sessions/leave.ts')).leave,
      (await import('../../commands/sessions/check.ts')).check,
      (await import('../../commands/sessions/close.ts')).close,
      (await import('../../commands/sessions/extend.ts')).extend,
      (await import('../../commands/sessions/cancel.ts')).cancel,
      (await import('../../commands/sessions/fulfil.ts')).fulfil,
      (await import('../../commands/sessions/refund.ts')).refund,
      (await import('../../commands/sessions/watch.ts')).watch,
    ],
  },
  {
    name: 'orders',
    description: 'orders, direct ones and those of sessions',
    verbs: async () => (await import('../../commands/orders/verbs.ts')).verbs,
  },
  {
    name: 'payments',
    description: 'payments of buyers',
    verbs: async () => (await import('../../commands/payments/verbs.ts')).verbs,
  },
  {
    name: 'refunds',
    description: 'money that goes back to buyers',
    verbs: async () => (await import('../../commands/refunds/verbs.ts')).verbs,
  },
  {
    name: 'wallets',
    description: 'the wallets of buyers, and withdrawals from them',
    verbs: async () => (await import('../../commands/wallets/verbs.ts')).verbs,
  },
  {
    name: 'settle',
    description: 'settlements: what factories are owed and paid',
    verbs: async () => (await import('../../commands/settle/verbs.ts')).verbs,
  },
  {
    name: 'payouts',
    description: 'money that the provider sends to factories and users',
    verbs: async () => (await import('../../commands/payouts/verbs.ts')).verbs,
  },
  {
    name: 'suspense',
    description: 'unassigned money (suspense): it moved, and it is not known what for',
    verbs: async () => (await import('../../commands/suspense/verbs.ts')).verbs,
  },
  {
    name: 'stock',
    description: 'the stock in the warehouse, and what is reserved',
    verbs: async () => [
      (await import('../../commands/stock/list.ts')).list,
      (await import('../../commands/stock/show.ts')).show,
      (await import('../../commands/stock/adjust.ts')).adjust,
      (await import('../../commands/stock/movements.ts')).movements,
    ],
  },
  {
    name: 'shipments',
    description: 'parcels and their couriers',
    verbs: async () => (await import('../../commands/shipments/verbs.ts')).verbs,
  },
  {
    name: 'purchase-orders',
    alias: 'pos',
    description: 'goods ordered from factories',
    verbs: async () => [
      (await import('../../commands/purchase-orders/list.ts')).list,
      (await import('../../commands/purchase-orders/show.ts')).show,
      (await import('../../commands/purchase-orders/create.ts')).create,
      (await import('../../commands/purchase-orders/send.ts')).send,
      (await import('../../commands/purchase-orders/confirm.ts')).confirm,
      (await import('../../commands/purchase-orders/receive.ts')).receive,
      (await import('../../commands/purchase-orders/close.ts')).close,
      (await import('../../commands/purchase-orders/cancel.ts')).cancel,
    ],
  },
  {
    name: 'products',
    description: 'products, their variants and prices',
    verbs: async () => [
      (await import('../../commands/products/list.ts')).list,
      (await import('../../commands/products/show.ts')).show,
      (await import('../../commands/products/create.ts')).create,
      (await import('../../commands/products/update.ts')).update,
      ...Object.values(await import('../../commands/products/set-status.ts')),
      (await import('../../commands/products/import.ts')).importVerb,
    ],
  },
  {
    name: 'offices',
    description: "agents' offices, and what they pick up at factories",
    verbs: async () => [
      (await import('../../commands/offices/list.ts')).list,
      (await import('../../commands/offices/show.ts')).show,
      (await import('../../commands/offices/create.ts')).create,
      (await import('../../commands/offices/update.ts')).update,
      (await import('../../commands/offices/assign.ts')).assign,
      (await import('../../commands/offices/pickups/verbs.ts')).pickups,
    ],
  },
  {
    name: 'users',
    description: 'customers and their personal data',
    verbs: async () => [
      (await import('../../commands/users/list.ts')).list,
      (await import('../../commands/users/show.ts')).show,
      (await import('../../commands/users/create.ts')).create,
      (await import('../../commands/users/send-code.ts')).sendCode,
      (await import('../../commands/users/update.ts')).update,
      ...Object.values(await import('../../commands/users/set-status.ts')),
      ...Object.values(await import('../../commands/users/privacy.ts')),
    ],
  },
  {
    name: 'addresses',
    description: 'the delivery addresses of customers',
    verbs: async () => [
      (await import('../../commands/addresses/list.ts')).list,
      (await import('../../commands/addresses/show.ts')).show,
      (await import('../../commands/addresses/create.ts')).create,
      (await import('../../commands/addresses/update.ts')).update,
      (await import('../../commands/addresses/delete.ts')).deleteOne,
      (await import('../../commands/addresses/set-default.ts')).setDefault,
    ],
  },
  {
    name: 'notifications',
    description: 'notifications to users, and how they were sent',
    verbs: async () => [
      (await import('../../commands/notifications/list.ts')).list,
      (await import('../../commands/notifications/show.ts')).show,
      (await import('../../commands/notifications/resend.ts')).resend,
      (await import('../../commands/notifications/cancel.ts')).cancel,
      (await import('../../commands/notifications/send.ts')).send,
    ],
  },
  {
    name: 'whatsapp',
    description: 'WhatsApp messages to buyers and factories',
    verbs: async () => [
      (await import('../../commands/whatsapp/list.ts')).list,
      (await import('../../commands/whatsapp/show.ts')).show,
      (await import('../../commands/whatsapp/send.ts')).send,
      (await import('../../commands/whatsapp/retry.ts')).retry,
      (await import('../../commands/whatsapp/templates.ts')).templatesToRegister,
      (await import('../../commands/whatsapp/cancel.ts')).cancel,
    ],
  },
  {
    name: 'reviews',
    description: 'reviews that buyers write about items',
    verbs: async () => [
      (await import('../../commands/reviews/list.ts')).list,
      (await import('../../commands/reviews/show.ts')).show,
      (await import('../../commands/reviews/publish.ts')).publish,
      (await import('../../commands/reviews/hide.ts')).hide,
    ],
  },
  {
    name: 'factories',
    description: 'factories and their bank accounts',
    verbs: async () => [
      (await import('../../commands/factories/list.ts')).list,
      (await import('../../commands/factories/show.ts')).show,
      (await import('../../commands/factories/create.ts')).create,
      (await import('../../commands/factories/update.ts')).update,
      (await import('../../commands/factories/send-code.ts')).sendCode,
      ...Object.values(await import('../../commands/factories/set-state.ts')),
      (await import('../../commands/factories/set-bank.ts')).setBank,
      (await import('../../commands/factories/approve-bank.ts')).approveBank,
      (await import('../../commands/factories/write-off.ts')).writeOff,
    ],
  },
  {
    name: 'ledger',
    description: 'the ledger: balances, entries, checks',
    verbs: async () => [
      (await import('../../commands/ledger/balances.ts')).balances,
      (await import('../../commands/ledger/entries.ts')).entries,
      (await import('../../commands/ledger/explain.ts')).explain,
      (await import('../../commands/ledger/as-of.ts')).asOf,
      (await import('../../commands/ledger/verify.ts')).verify,
      (await import('../../commands/ledger/declare-break.ts')).declareBreakVerb,
    ],
  },
  {
    name: 'attention',
    description: 'what a person must look at, and the command that fixes it',
    verbs: async () => [
      (await import('../../commands/attention/list.ts')).list,
      (await import('../../commands/attention/show.ts')).show,
      (await import('../../commands/attention/resolve.ts')).resolve,
    ],
  },
  {
    name: 'webhooks',
    description: 'the webhook deliveries of providers',
    verbs: async () => [
      (await import('../../commands/webhooks/list.ts')).list,
      (await import('../../commands/webhooks/show.ts')).show,
      (await import('../../commands/webhooks/replay.ts')).replay,
      (await import('../../commands/webhooks/discard.ts')).discard,
    ],
  },
  {
    name: 'jobs',
    description: 'the job queues: waiting, running, failed and dead jobs',
    verbs: async () => (await import('../../commands/jobs/verbs.ts')).verbs,
  },
  {
    name: 'limits',
    description: 'the limits for one person alone, and how much each person used',
    verbs: async () => (await import('../../commands/limits/verbs.ts')).verbs,
  },
  {
    name: 'switches',
    description: 'pause joins, payouts or a provider, and resume them',
    verbs: async () => {
      const { pause, resume } = await import('../../commands/switches/turn.ts')
      return [(await import('../../commands/switches/list.ts')).list, pause, resume]
    },
  },
  {
    name: 'providers',
    description: 'the outside providers: check that they behave as docs/providers.md says',
    verbs: async () => [
      (await import('../../commands/providers/check.ts')).check,
      (await import('../../commands/providers/show.ts')).show,
    ],
  },
  {
    name: 'audit',
    description: 'who changed what, and why',
    verbs: async () => [
      (await import('../../commands/audit/list.ts')).list,
      (await import('../../commands/audit/show.ts')).show,
      (await import('../../commands/audit/reveal.ts')).reveal,
    ],
  },
  {
    name: 'auth',
    description: 'who you are, who may act, and who is logged in',
    verbs: async () => (await import('../../commands/auth/verbs.ts')).verbs,
  },
]

/** All commands of `laku`. Each command for staff first checks the role of the person who gives it. */
export const entries: readonly Entry[] = entriesWithoutCheck.map(withRoleCheck)

/** Returns the entry (a noun, or a command without a noun) that has this name now or had it before. */
export const entryNamed = (name: string | undefined): Entry | undefined =>
  entries.find((entry) => entry.name === name || (name !== undefined && entry.alias === name))
