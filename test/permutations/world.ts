import { sql } from 'kysely'
import pLimit from 'p-limit'
import { bookChecks } from '../../src/domain/composition/invariants.ts'
import { newId, runChecks } from '../../src/domain/kernel/index.ts'
import type { CourierGateway, TrackedCourierOrder } from '../../src/domain/logistics/courier.ts'
import type { GatewayInvoice, GatewayRefund, PaymentGateway } from '../../src/domain/payment/gateway.ts'
import type { GatewayPayout, PayoutGateway } from '../../src/domain/payout/gateway.ts'
import { receiveWebhook, type WebhookProvider } from '../../src/domain/webhooks/index.ts'
import type { JobDefinition } from '../../src/jobs/define-job.ts'
import { webhooksBiteshipJob } from '../../src/jobs/webhooks/biteship.ts'
import { webhooksXenditJob } from '../../src/jobs/webhooks/xendit.ts'
import type { TestLaku } from '../laku.ts'
import { Storefront } from '../storefront.ts'
import { openWalletFixture } from '../wallets.ts'

type Reading = GatewayInvoice | GatewayRefund | GatewayPayout | TrackedCourierOrder

/**
 * One update: the webhook's body, and the provider's answer to a question right after it. The answer is never
 * newer than the update.
 */
export interface Update {
  body: object
  reading: Reading
}

/** An object with its history: five updates, in the order in which they happened. */
export interface Subject {
  /** The ids of the subjects of ledger transactions that belong to the object. */
  ids: string[]
  updates: Update[]
}

// These two checks are left out: the fixture's wallets are filled and emptied by postings of refunds and
// payments that have no row. The random histories check rows and postings together.
const ofTheFixture = /^(payments|refunds) agree with their postings/

/**
 * Opens a shop whose providers answer with the state of the last delivered update. That is the worst effect
 * of late and shuffled webhooks.
 */
export async function openPermutedShop() {
  const wallets = await openWalletFixture()
  const { laku } = wallets
  const shop = await Storefront.open(laku)
  await shop.market.addStock(10_000)
  const readings = new Map<string, Reading>()
  const delayed = { ...laku, providers: { ...laku.providers, ...answeringFrom(readings, laku) } } as TestLaku

  /** Delivers one update of each object, and processes all of them as one batch of the provider's queue. */
  async function deliver(provider: WebhookProvider, all: readonly Update[]): Promise<void> {
    for (const { reading } of all) readings.set(reading.id, reading)
    const inboxIds = await laku.system(async (work) => {
      const ids: string[] = []
      for (const { body } of all) {
        const webhook = { provider, dedupeKey: newId(), headers: {}, body: JSON.stringify(body) }
        ids.push(await receiveWebhook(work, webhook))
      }
      return ids
    })
    const line = lines[provider] as JobDefinition
    await line.run(
      delayed,
      inboxIds.map((id) => ({ id, data: { inboxId: id } })),
    )
  }

  return {
    laku,
    shop,
    wallets,
    deliver,
    /** Returns the ledger balances of an object, by account, without the owners' names. */
    balances: async ({ ids }: Subject): Promise<Record<string, number>> => {
      const { rows } = await sql<{ account: string; sum: number }>`
        select split_part(a.key, ':', 1) as account, sum(e.amount_idr)::int8 as sum
        from ledger_transactions t join ledger_entries e on e.transaction_id = t.id join ledger_accounts a on a.id = e.account_id
        where t.subject_id = any(${ids}::uuid[]) group by 1 having sum(e.amount_idr) <> 0 order by 1`.execute(
        laku.db,
      )
      return Object.fromEntries(rows.map(({ account, sum }) => [account, sum]))
    },
    /** Returns the webhook deliveries that are not processed. */
    unprocessed: () =>
      laku.db
        .selectFrom('webhookInbox')
        .select(['body', 'error'])
        .where('status', '<>', 'processed')
        .execute(),
    broken: async () => {
      const results = await laku.system((work) => runChecks(bookChecks, work.tx, work.vault))
      return results.filter((result) => !result.ok && !ofTheFixture.test(result.name))
    },
    close: () => laku.close(),
  }
}

export type PermutedShop = Awaited<ReturnType<typeof openPermutedShop>>

const lines: Partial<Record<WebhookProvider, JobDefinition>> = {
  xendit: webhooksXenditJob,
  biteship: webhooksBiteshipJob,
}

function answeringFrom(readings: ReadonlyMap<string, Reading>, { providers }: TestLaku) {
  const answer = async (id: string) => readings.get(id) as never
  const gateway: PaymentGateway = {
    ...providers.gateway,
    getInvoice: answer,
    getRefund: answer,
    // The list of paid invoices is empty, so that each invoice is read by itself.
    listInvoices: async () => [],
  }
  const payouts: PayoutGateway = { ...providers.payouts, getPayout: answer }
  const courier: CourierGateway = { ...providers.courier, getOrder: answer }
  return { gateway, payouts, courier }
}

/** Runs acts in parallel, as many at once as a test's database accepts. */
export const several = <T, R>(all: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> =>
  pLimit(8).map(all, act)
