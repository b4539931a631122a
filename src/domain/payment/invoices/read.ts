import { sql } from 'kysely'
import pLimit from 'p-limit'
import {
  attempt,
  CALLS_AT_ONCE,
  inSql,
  type ProviderFailure,
  secondsAfter,
  type Tx,
} from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import type { GatewayInvoice } from '../gateway.ts'
import { payableStates, receivedStates } from '../transitions.ts'
import { listPaid } from './list-paid.ts'
import { LOOKUPS_PER_PAGE } from './read-paid-pages.ts'

export interface AskedInvoice {
  /** Xendit's id of the invoice. */
  id: string
  /** The time when laku received the webhook about the invoice, shortly after the invoice was paid. */
  receivedAt: Date
}

export type ReadInvoices = Map<string, GatewayInvoice | ProviderFailure>

// The maximum number of pages of Xendit's list of paid invoices that are read in one run. For example, 3,000
// invoices paid in a minute are 30 pages. If an invoice is on none of the pages read, it is read alone.
const MAX_PAGES = 30
const PAID_BEFORE_UPDATE_S = 120

/**
 * Reads invoices from Xendit again, in few calls: many from Xendit's list of paid invoices, the rest one by
 * one. Invoices whose payment is already paid are left out. The result also has other invoices of that list
 * for which laku waits.
 */
export async function readInvoices(
  context: GatewayContext,
  asked: readonly AskedInvoice[],
): Promise<ReadInvoices> {
  const { unitOfWork, actor, gateway } = context
  const open = await unitOfWork.run(actor, ({ tx }) => withoutPaid(tx, asked))
  const listed = open.length >= LOOKUPS_PER_PAGE ? await paidAround(context, open) : []
  const wanted = new Set(open.map((invoice) => invoice.id))
  const others = listed.filter((invoice) => !wanted.has(invoice.id))
  const awaited =
    others.length > 0 ? await unitOfWork.run(actor, ({ tx }) => awaitedOf(tx, others)) : new Set<string>()
  const read: ReadInvoices = new Map(
    listed
      .filter((invoice) => wanted.has(invoice.id) || awaited.has(invoice.id))
      .map((invoice) => [invoice.id, invoice]),
  )
  const rest = [...wanted].filter((id) => !read.has(id))
  const alone = await pLimit(CALLS_AT_ONCE).map(
    rest,
    async (id) => [id, await attempt(() => gateway.getInvoice(id))] as const,
  )
  for (const [id, answer] of alone) read.set(id, answer)
  return read
}

/**
 * Returns the invoices that Xendit lists as paid around the time when the webhooks about these invoices came.
 */
async function paidAround(
  { gateway }: GatewayContext,
  asked: readonly AskedInvoice[],
): Promise<GatewayInvoice[]> {
  const times = asked.map((invoice) => invoice.receivedAt.getTime())
  const paidAfter = secondsAfter(new Date(Math.min(...times)), -PAID_BEFORE_UPDATE_S)
  const paidBefore = new Date(Math.max(...times))
  const ids = asked.map((invoice) => invoice.id)
  return (await listPaid(gateway, { paidAfter, paidBefore }, ids, MAX_PAGES)).listed
}

/** Leaves out invoices whose money is already in laku's ledger: reading them again changes nothing. */
async function withoutPaid(tx: Tx, asked: readonly AskedInvoice[]): Promise<AskedInvoice[]> {
  const { rows } = await sql<{ id: string }>`
    select provider_invoice_id as id from payments
    where provider_invoice_id = any(${asked.map((invoice) => invoice.id)}) and status in ${inSql(receivedStates)}
  `.execute(tx)
  const paid = new Set(rows.map((row) => row.id))
  return asked.filter((invoice) => !paid.has(invoice.id))
}

async function awaitedOf(tx: Tx, invoices: readonly GatewayInvoice[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select provider_invoice_id as id from payments
    where provider_invoice_id = any(${invoices.map((invoice) => invoice.id)}) and status in ${inSql(payableStates)}`.execute(
    tx,
  )
  return new Set(rows.map((row) => row.id))
}
