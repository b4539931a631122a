import { type Choreography, type EventOf, newId, runChecks, type Work } from '../src/domain/kernel/index.ts'
import {
  type AccountKey,
  balanceIdr,
  credit,
  debit,
  factoryAccount,
  ledgerChecks,
  post,
} from '../src/domain/ledger/index.ts'
import { createPayout, type NewPayout, type PayoutGateway, payoutChecks } from '../src/domain/payout/index.ts'
import { suspenseChecks } from '../src/domain/suspense/index.ts'
import { createXenditPayouts } from '../src/providers/xendit/payouts.ts'
import { openTestLaku, system, type TestLaku, type TestOptions } from './laku.ts'
import { markedBy } from './reference.ts'

type Update = EventOf<
  'payout.submitted' | 'payout.succeeded' | 'payout.revived' | 'payout.failed' | 'payout.reversed'
>

/** Returns a reaction that posts as a settlement does, directly from the payout's events. */
const books =
  (verb: string, from: (id: string) => AccountKey, to: (id: string) => AccountKey) =>
  async (work: Work, events: Update[]): Promise<void> => {
    await post(
      work,
      events.map(({ payload: { payoutId, subjectId, amountIdr, turn } }) => ({
        key: `payout:${payoutId}:${verb}:${turn}`,
        kind: `payout.${verb}`,
        subject: ['payout', payoutId],
        entries: [debit(from(subjectId), amountIdr), credit(to(subjectId), amountIdr)],
      })),
    )
  }
const inFlight = (): AccountKey => 'payouts-in-flight'
const gateway = (): AccountKey => 'gateway'

/** The choreography of the payout domain alone, with reactions that post as a settlement does. */
const alone: Partial<Choreography> = {
  'payout.created': {},
  'payout.submitted': { reactions: [books('submitted', factoryAccount, inFlight)] },
  'payout.succeeded': { reactions: [books('succeeded', inFlight, gateway)] },
  'payout.revived': { reactions: [books('revived', factoryAccount, gateway)] },
  'payout.dropped': {},
  'payout.contradicted': {},
  'payout.failed': { reactions: [books('failed', inFlight, factoryAccount)] },
  'payout.reversed': { reactions: [books('reversed', gateway, factoryAccount)] },
}

/** The company's own money at the provider (IDR): enough for all payouts of a test. */
export const MUCH_IDR = 1_000_000_000_000

/** Returns the provider's client with short timeouts, so that a lost answer costs a test only a moment. */
export const shortTimeoutPayouts = (laku: TestLaku): PayoutGateway =>
  createXenditPayouts({
    url: laku.config.xenditApiUrl,
    secretKey: laku.config.xenditSecretKey,
    timeoutMs: 400,
    breaker: { troubles: 1000 },
  })

export async function openPayoutFixture(options: TestOptions = {}) {
  // The payouts of these tests need money at the sandbox, because no payments came in there.
  const floatIdr = MUCH_IDR
  const laku = await openTestLaku({ watched: true, sandbox: true, floatIdr, choreography: alone, ...options })
  const payouts = shortTimeoutPayouts(laku)
  const send = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const sent = method === 'GET' ? {} : { headers, body: JSON.stringify(body) }
    const response = await fetch(`${laku.sandbox.url}/control${path}`, { method, ...sent })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as unknown
  }
  // No server listens, so the sandbox drops its webhooks. Otherwise each would be retried for four seconds.
  await send('PUT', '/webhooks', { drop_rate: 1 })
  return {
    laku,
    payouts,
    context: { unitOfWork: laku.unitOfWork, actor: system, payouts },
    create: (more: Partial<NewPayout> = {}) => {
      const subjectId = more.subjectId ?? newId()
      const destination = { channelCode: 'ID_BCA', accountNumber: '1234567890', accountHolderName: 'PT Uji' }
      const input = {
        key: newId(),
        purpose: 'settlement',
        owner: {},
        destination,
        amountIdr: 50_000,
      } as const
      return laku.system((work) => createPayout(work, { ...input, subjectId, ...more }))
    },
    row: (id: string) =>
      laku.db.selectFrom('payouts').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    events: async (id: string) => {
      const rows = await laku.db
        .selectFrom('events')
        .select('type')
        .where('aggregateId', '=', id)
        .orderBy('id')
        .execute()
      return rows.map((row) => row.type.replace('payout.', ''))
    },
    balance: (key: AccountKey) => laku.system((work) => balanceIdr(work.tx, key)),
    attention: async () => {
      const rows = await laku.db.selectFrom('attention').select(['kind', 'subjectId']).execute()
      return rows.map((row) => `${row.kind} ${row.subjectId}`)
    },
    broken: async () => {
      const checks = [...ledgerChecks, ...payoutChecks, ...suspenseChecks]
      const results = await laku.system((work) => runChecks(checks, work.tx, laku.vault))
      return results.filter((result) => !result.ok)
    },
    pause: async (name: string, paused: boolean) => {
      await laku.db.updateTable('switches').set({ paused }).where('name', '=', name).execute()
    },
    faults: (...faults: object[]) => send('PUT', '/faults', faults),
    control: send,
    move: (providerId: string, status: string) => send('POST', `/payouts/${providerId}`, { status }),
    /** Forces a payout into a state that the provider's own rules forbid. */
    force: (providerId: string, status: string, amount?: number) =>
      send('POST', `/payouts/${providerId}`, { status, force: true, ...(amount && { amount }) }),
    /** Moves both clocks forward: laku's and the provider's. */
    pass: async (seconds: number) => {
      laku.clock.shift(seconds)
      await send('POST', '/age', { seconds })
    },
    atProvider: async (given: string) => {
      const key = await markedBy(laku, given)
      const book = (await send('GET', '/book', undefined)) as {
        payouts: { id: string; reference_id: string; status: string; amount: number }[]
      }
      return book.payouts.filter((payout) => payout.reference_id === key)
    },
  }
}
