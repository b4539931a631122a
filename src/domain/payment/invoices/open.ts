import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { type DB, ProviderFailure, secondsAfter } from '../../kernel/index.ts'
import type { GatewayContext } from '../context.ts'
import { paymentErrors } from '../errors.ts'
import type { GatewayInvoice } from '../gateway.ts'
import { failPayments } from '../payments/fail.ts'
import { methodsFor } from '../payments/methods.ts'
import { isRefusedForGood, secondsLeft } from '../rules.ts'
import { payLink } from '../views.ts'
import {
  giveBackInvoice,
  type Opening,
  type ReservedInvoice,
  reserveInvoice,
  storeInvoice,
} from './reserve.ts'

export interface OpenContext extends GatewayContext {
  /** The address that buyers come back to. */
  publicUrl: string
}

export type OpenedInvoice =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'refunded' | 'expired' | 'review' | 'checking' }
  /**
   * The provider takes no more calls right now. `place` counts the turns up to this payment's, which comes in
   * `waitS` seconds.
   */
  | { state: 'waiting'; place: number; waitS: number }

// Another process makes it right now: a healthy provider answers within two seconds.
const WAITS = 10
const WAIT_MS = 200

/**
 * Opens the link `/pay/:code`. The invoice is made at the first opening, under the payment's code, for no
 * longer than the hold has left. Two who open the link at once get the same invoice. An answer that was lost
 * is looked for, never asked for twice.
 * @throws payment.not_found, invoice_under_way, invoice_refused, invoice_refused_for_good, kernel.paused
 * @throws ProviderFailure limited, unreachable or unknown: opening it again goes on
 */
export async function openInvoice(context: OpenContext, code: string): Promise<OpenedInvoice> {
  const made = await madeInvoice(context.units.db, code, context.units.clock.now())
  if (made) return { state: 'redirect', url: made }
  for (let wait = 0; wait <= WAITS; wait++) {
    const opening: Opening = await context.units.run(context.actor, (work) => reserveInvoice(work, code))
    if (opening.state === 'reserved') return await makeInvoice(context, opening.invoice)
    if (opening.state !== 'busy') return opening
    await sleep(WAIT_MS)
  }
  throw paymentErrors.invoice_under_way({ code, retryAfterS: 3 })
}

/**
 * The invoice that is made already and can be paid: most who open a link open it again, and need no lock for
 * that.
 * @throws payment.not_found
 */
async function madeInvoice(db: Kysely<DB>, code: string, now: Date): Promise<string | undefined> {
  const { rows } = await sql<{ url: string | null }>`
    select case when status = 'pending' and contradicted_at is null and expires_at > ${secondsAfter(now, 1)} then provider_invoice_url end as url
    from payments where code = ${code}`.execute(db)
  if (!rows[0]) throw paymentErrors.not_found({ code })
  return rows[0].url ?? undefined
}

async function makeInvoice(context: OpenContext, reserved: ReservedInvoice): Promise<OpenedInvoice> {
  const { units, actor } = context
  let mayExist = reserved.mayExist
  try {
    if (reserved.turnInMs > 0) await sleep(reserved.turnInMs)
    const found = mayExist ? await findOpen(context, reserved) : undefined
    const made =
      found ??
      (await createInvoice(context, reserved, () => {
        mayExist = true
      }))
    if (!made) return { state: 'expired' }
    // From here on it exists, even if the database does not take it in.
    mayExist = true
    const url = await units.run(actor, (work) => storeInvoice(work, reserved.paymentId, made))
    return url ? { state: 'redirect', url } : { state: 'expired' }
  } catch (error) {
    await units.run(actor, async (work) => {
      await giveBackInvoice(work, reserved, mayExist)
      if (isRefusal(error)) {
        if (isRefusedForGood(error.code)) return await failPayments(work, [reserved.paymentId])
        work.requestAttention({
          kind: 'invoice_refused',
          subject: ['payment', reserved.paymentId],
          message: `the provider refuses to make the invoice of ${reserved.code}: ${error.code}`,
          command: `laku payments show ${reserved.code}`,
        })
      }
    })
    if (isRefusal(error) && isRefusedForGood(error.code))
      throw paymentErrors.invoice_refused_for_good({ code: reserved.code, because: error.code })
    if (isRefusal(error)) throw paymentErrors.invoice_refused({ code: reserved.code })
    throw error
  }
}

const isRefusal = (error: unknown): error is ProviderFailure =>
  error instanceof ProviderFailure && error.outcome === 'refused'

/**
 * Makes the invoice; on an unknown outcome looks for it at once. Undefined where the hold ended meanwhile.
 */
async function createInvoice(
  context: OpenContext,
  reserved: ReservedInvoice,
  onUnknown: () => void,
): Promise<GatewayInvoice | undefined> {
  const { gateway, units, publicUrl } = context
  const expiresInS = secondsLeft(reserved.expiresAt, units.clock.now())
  if (expiresInS < 1) return undefined
  try {
    return await gateway.createInvoice({
      externalId: reserved.code,
      amountIdr: reserved.amountIdr,
      expiresInS,
      description: `Laku ${reserved.code}`,
      payer: reserved.payer,
      methods: methodsFor(reserved.amountIdr),
      // With `back`, a returning buyer is not sent to the invoice again while the provider's webhook is under
      // way.
      successRedirectUrl: `${payLink(publicUrl, reserved.code)}?back=1`,
      failureRedirectUrl: payLink(publicUrl, reserved.code),
    })
  } catch (error) {
    if (!(error instanceof ProviderFailure) || error.outcome !== 'unknown') throw error
    onUnknown()
    const found = await findOpen(context, reserved)
    if (found) return found
    throw error
  }
}

/** The invoice that an earlier call made: the paid one where there is one, else one that can be paid. */
async function findOpen(
  { gateway }: OpenContext,
  { code }: ReservedInvoice,
): Promise<GatewayInvoice | undefined> {
  const invoices = await gateway.findInvoices(code)
  const open =
    invoices.find((invoice) => invoice.status === 'PAID' || invoice.status === 'SETTLED') ??
    invoices.find((invoice) => invoice.status === 'PENDING')
  // An invoice in an unknown state may be open, and a second one beside it could be paid as well.
  if (!open && invoices.some((invoice) => invoice.status === 'UNKNOWN'))
    throw new ProviderFailure({
      provider: 'xendit',
      operation: 'find_invoices',
      outcome: 'unknown',
      code: 'unreadable_invoice',
    })
  return open
}
