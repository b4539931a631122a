import pLimit from 'p-limit'
import { ProviderFailure } from '../kernel/index.ts'
import { confirmInvoices } from './confirm-invoices.ts'
import { CALLS_AT_ONCE, type GatewayContext } from './context.ts'
import type { GatewayInvoice, GatewayRefund } from './gateway.ts'
import { settleRefunds } from './settle-refunds.ts'
import { type FailedWebhook, markProcessed, noteFailures } from './webhook-inbox.ts'

/** What a delivery of the payment gateway is about. */
export interface GatewayNotice {
  inboxId: string
  kind: 'invoice' | 'refund'
  /** The provider's id. */
  id: string
}

/**
 * Follows the gateway's webhooks: what each speaks of is read again from the provider, once however many speak of it, and the
 * whole batch is recorded in one transaction together with its marks. What could not be read waits and is tried again.
 */
export async function processNotices(
  context: GatewayContext,
  notices: readonly GatewayNotice[],
): Promise<void> {
  if (notices.length === 0) return
  const { units, actor, gateway } = context
  const limit = pLimit(CALLS_AT_ONCE)
  const readAll = <T>(kind: GatewayNotice['kind'], read: (id: string) => Promise<T>) => {
    const ids = [...new Set(notices.filter((one) => one.kind === kind).map((one) => one.id))]
    return limit.map(ids, async (id) => [`${kind} ${id}`, await attempt(() => read(id))] as const)
  }
  const invoices = new Map(await readAll<GatewayInvoice>('invoice', (id) => gateway.getInvoice(id)))
  const refunds = new Map(await readAll<GatewayRefund>('refund', (id) => gateway.getRefund(id)))
  const failed = new Map<string, FailedWebhook>()
  for (const { inboxId, kind, id } of notices) {
    const answer = (kind === 'invoice' ? invoices : refunds).get(`${kind} ${id}`)
    if (answer instanceof ProviderFailure) failed.set(inboxId, { id: inboxId, error: answer.message })
  }
  await units.run(actor, async (work) => {
    await confirmInvoices(work, known(invoices))
    await settleRefunds(work, known(refunds))
    await markProcessed(
      work,
      notices.map((one) => one.inboxId).filter((id) => !failed.has(id)),
    )
    await noteFailures(work, [...failed.values()])
  })
}

async function attempt<T>(read: () => Promise<T>): Promise<T | ProviderFailure> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ProviderFailure) return error
    throw error
  }
}

function known<T>(answers: ReadonlyMap<string, T | ProviderFailure>): T[] {
  return [...answers.values()].filter((answer): answer is T => !(answer instanceof ProviderFailure))
}
