import type { CommandDefinition } from './define-command.ts'
import { guarded } from './guard.ts'
import type { GroupShape } from './program.ts'

interface Named {
  name: string
  description: string
  /** Runs, but is not listed: what other commands start. */
  hidden?: boolean
}

/** Verbs of a noun within a noun: `laku payments quarantine list`. */
export type VerbGroup = GroupShape<CommandDefinition>

/** A command of its own, or a noun with its verbs. Their modules are loaded when they are asked for, and not before. */
export type Entry = Named &
  (
    | { command: () => Promise<CommandDefinition> }
    | { verbs: () => Promise<(CommandDefinition | VerbGroup)[]> }
  )

const unguarded: readonly Entry[] = [
  {
    name: 'up',
    description: 'everything on this machine: database, provider sandbox, server and worker',
    command: async () => (await import('./up.ts')).up,
  },
  {
    name: 'demo',
    description: 'group buying acted out for real, in a shop of its own',
    command: async () => (await import('./demo/demo.ts')).demo,
  },
  {
    name: 'serve',
    description: 'the HTTP server',
    command: async () => (await import('./serve.ts')).serve,
  },
  {
    name: 'worker',
    description: 'the worker that runs the jobs',
    command: async () => (await import('./worker.ts')).worker,
  },
  {
    name: 'sandbox',
    description: 'the provider sandbox by itself',
    hidden: true,
    command: async () => (await import('./sandbox.ts')).sandbox,
  },
  {
    name: 'login',
    description: 'log in to a shop by its staff door',
    command: async () => (await import('./auth/login.ts')).login,
  },
  {
    name: 'context',
    description: 'the shops that you are logged in to',
    verbs: async () => (await import('./context/verbs.ts')).verbs,
  },
  {
    name: 'commands',
    description: 'what staff ran in the server, and what became of it',
    verbs: async () => (await import('./commands/verbs.ts')).verbs,
  },
  {
    name: 'doctor',
    description: 'what is wrong, how bad it is, and the command that mends it',
    command: async () => (await import('./doctor/doctor.ts')).doctor,
  },
  {
    name: 'completion',
    description: 'completion for bash, zsh and fish',
    command: async () => (await import('./completion/completion.ts')).completion,
  },
  {
    name: 'db',
    description: 'the database: migrate, start, stop, seed',
    verbs: async () => [
      (await import('./db/migrate.ts')).migrate,
      (await import('./db/status.ts')).status,
      (await import('./db/start.ts')).start,
      (await import('./db/stop.ts')).stop,
      (await import('./db/url.ts')).url,
      (await import('./db/seed.ts')).seed,
      (await import('./db/backup.ts')).backup,
      (await import('./db/restore.ts')).restore,
      (await import('./db/psql.ts')).psql,
      (await import('./db/shift-clock.ts')).shiftClock,
      (await import('./db/reset-clock.ts')).resetClock,
      (await import('./db/keys/verbs.ts')).keys,
    ],
  },
  {
    name: 'sessions',
    description: 'group-buying sessions',
    verbs: async () => [
      (await import('./sessions/list.ts')).list,
      (await import('./sessions/show.ts')).show,
      (await import('./sessions/create.ts')).create,
      (await import('./sessions/open.ts')).open,
      (await import('./sessions/join.ts')).join,
      (await import('./sessions/leave.ts')).leave,
      (await import('./sessions/check.ts')).check,
      (await import('./sessions/close.ts')).close,
      (await import('./sessions/extend.ts')).extend,
      (await import('./sessions/cancel.ts')).cancel,
      (await import('./sessions/fulfil.ts')).fulfil,
      (await import('./sessions/refund.ts')).refund,
      (await import('./sessions/watch.ts')).watch,
    ],
  },
  {
    name: 'orders',
    description: 'orders, direct and of sessions',
    verbs: async () => (await import('./orders/verbs.ts')).verbs,
  },
  {
    name: 'payments',
    description: 'payments of buyers',
    verbs: async () => (await import('./payments/verbs.ts')).verbs,
  },
  {
    name: 'refunds',
    description: 'money on its way back to buyers',
    verbs: async () => (await import('./refunds/verbs.ts')).verbs,
  },
  {
    name: 'wallets',
    description: 'what buyers have with laku, and how it leaves',
    verbs: async () => (await import('./wallets/verbs.ts')).verbs,
  },
  {
    name: 'settle',
    description: 'what factories are owed: calculated, approved, paid',
    verbs: async () => (await import('./settle/verbs.ts')).verbs,
  },
  {
    name: 'payouts',
    description: 'what the provider sends to factories and users',
    verbs: async () => (await import('./payouts/verbs.ts')).verbs,
  },
  {
    name: 'suspense',
    description: 'money that moved and has no place yet',
    verbs: async () => (await import('./suspense/verbs.ts')).verbs,
  },
  {
    name: 'stock',
    description: 'the warehouse: what is there, what is reserved',
    verbs: async () => [
      (await import('./stock/list.ts')).list,
      (await import('./stock/show.ts')).show,
      (await import('./stock/adjust.ts')).adjust,
      (await import('./stock/movements.ts')).movements,
    ],
  },
  {
    name: 'shipments',
    description: 'parcels and their couriers',
    verbs: async () => (await import('./shipments/verbs.ts')).verbs,
  },
  {
    name: 'pos',
    description: 'purchase orders: goods called off from factories',
    verbs: async () => [
      (await import('./pos/list.ts')).list,
      (await import('./pos/show.ts')).show,
      (await import('./pos/create.ts')).create,
      (await import('./pos/send.ts')).send,
      (await import('./pos/confirm.ts')).confirm,
      (await import('./pos/receive.ts')).receive,
      (await import('./pos/close.ts')).close,
      (await import('./pos/cancel.ts')).cancel,
    ],
  },
  {
    name: 'products',
    description: 'products, their variants and prices',
    verbs: async () => [
      (await import('./products/list.ts')).list,
      (await import('./products/show.ts')).show,
      (await import('./products/create.ts')).create,
      (await import('./products/update.ts')).update,
      ...Object.values(await import('./products/set-status.ts')),
      (await import('./products/import.ts')).importVerb,
    ],
  },
  {
    name: 'offices',
    description: "agents' offices, and what they pick up at factories",
    verbs: async () => [
      (await import('./offices/list.ts')).list,
      (await import('./offices/show.ts')).show,
      (await import('./offices/create.ts')).create,
      (await import('./offices/update.ts')).update,
      (await import('./offices/assign.ts')).assign,
      (await import('./offices/pickups/verbs.ts')).pickups,
    ],
  },
  {
    name: 'users',
    description: 'customers: who they are, and what is kept of them',
    verbs: async () => [
      (await import('./users/list.ts')).list,
      (await import('./users/show.ts')).show,
      (await import('./users/create.ts')).create,
      (await import('./users/update.ts')).update,
      ...Object.values(await import('./users/set-status.ts')),
      ...Object.values(await import('./users/privacy.ts')),
    ],
  },
  {
    name: 'addresses',
    description: 'where customers have parcels sent',
    verbs: async () => [
      (await import('./addresses/list.ts')).list,
      (await import('./addresses/show.ts')).show,
      (await import('./addresses/create.ts')).create,
      (await import('./addresses/update.ts')).update,
      (await import('./addresses/delete.ts')).deleteOne,
      (await import('./addresses/set-default.ts')).setDefault,
    ],
  },
  {
    name: 'notifications',
    description: 'what users are told, and how it went out',
    verbs: async () => [
      (await import('./notifications/list.ts')).list,
      (await import('./notifications/show.ts')).show,
      (await import('./notifications/resend.ts')).resend,
      (await import('./notifications/cancel.ts')).cancel,
      (await import('./notifications/send.ts')).send,
    ],
  },
  {
    name: 'whatsapp',
    description: 'WhatsApp messages, to buyers and factories',
    verbs: async () => [
      (await import('./whatsapp/list.ts')).list,
      (await import('./whatsapp/show.ts')).show,
      (await import('./whatsapp/send.ts')).send,
      (await import('./whatsapp/retry.ts')).retry,
      (await import('./whatsapp/templates.ts')).templatesToRegister,
      (await import('./whatsapp/cancel.ts')).cancel,
    ],
  },
  {
    name: 'reviews',
    description: 'what buyers say of what arrived',
    verbs: async () => [
      (await import('./reviews/list.ts')).list,
      (await import('./reviews/show.ts')).show,
      (await import('./reviews/publish.ts')).publish,
      (await import('./reviews/hide.ts')).hide,
    ],
  },
  {
    name: 'factories',
    description: 'factories and the accounts they are paid to',
    verbs: async () => [
      (await import('./factories/list.ts')).list,
      (await import('./factories/show.ts')).show,
      (await import('./factories/create.ts')).create,
      (await import('./factories/update.ts')).update,
      ...Object.values(await import('./factories/set-state.ts')),
      (await import('./factories/set-bank.ts')).setBank,
      (await import('./factories/approve-bank.ts')).approveBank,
      (await import('./factories/write-off.ts')).writeOff,
    ],
  },
  {
    name: 'ledger',
    description: 'the book of money: balances, entries, proof',
    verbs: async () => [
      (await import('./ledger/balances.ts')).balances,
      (await import('./ledger/entries.ts')).entries,
      (await import('./ledger/explain.ts')).explain,
      (await import('./ledger/as-of.ts')).asOf,
      (await import('./ledger/verify.ts')).verify,
      (await import('./ledger/declare-break.ts')).declareBreakVerb,
    ],
  },
  {
    name: 'attention',
    description: 'what needs a person, and the command that mends it',
    verbs: async () => [
      (await import('./attention/list.ts')).list,
      (await import('./attention/show.ts')).show,
      (await import('./attention/resolve.ts')).resolve,
    ],
  },
  {
    name: 'webhooks',
    description: 'what providers delivered',
    verbs: async () => [
      (await import('./webhooks/list.ts')).list,
      (await import('./webhooks/show.ts')).show,
      (await import('./webhooks/replay.ts')).replay,
      (await import('./webhooks/discard.ts')).discard,
    ],
  },
  {
    name: 'jobs',
    description: 'the queue: what waits, runs, failed and died',
    verbs: async () => (await import('./jobs/verbs.ts')).verbs,
  },
  {
    name: 'limits',
    description: 'what one person may do alone, and who used how much of it',
    verbs: async () => (await import('./limits/verbs.ts')).verbs,
  },
  {
    name: 'switches',
    description: 'pause joins, payouts or a provider, and let them go on',
    verbs: async () => {
      const { pause, resume } = await import('./switches/turn.ts')
      return [(await import('./switches/list.ts')).list, pause, resume]
    },
  },
  {
    name: 'providers',
    description: 'the providers outside: whether they are as laku has them written down',
    verbs: async () => [
      (await import('./providers/check.ts')).check,
      (await import('./providers/show.ts')).show,
    ],
  },
  {
    name: 'audit',
    description: 'who changed what, and why',
    verbs: async () => [
      (await import('./audit/list.ts')).list,
      (await import('./audit/show.ts')).show,
      (await import('./audit/reveal.ts')).reveal,
    ],
  },
  {
    name: 'auth',
    description: 'who you are, who may act, and who is logged in',
    verbs: async () => (await import('./auth/verbs.ts')).verbs,
  },
]

/** Everything that `laku` can be told; of what staff say, each asks first whether their role may. */
export const entries: readonly Entry[] = unguarded.map(guarded)
