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
import { isPaid } from './confirm.ts'
import {
  giveBackInvoice,
  type Opening,
  type ReservedInvoice,
  reserveInvoice,
  storeInvoice,
} from './reserve.ts'

export interface OpenContext extends GatewayContext {
  /** The shop's public URL, to which buyers return from Xendit's payment page. */
  publicUrl: string
}

export type OpenedInvoice =
  | { state: 'redirect'; url: string }
  | { state: 'paid' | 'refunded' | 'expired' | 'review' | 'checking' }
  /**
   * Xendit's rate limit allows no new invoice right now. `place` is the payment's position in the queue for
   * invoices; its invoice can be made in `waitS` seconds.
   */
  | { state: 'waiting'; place: number; waitS: number }

// The maximum number of waits (200 ms each) while another process makes the payment's invoice. Normally
// Xendit answers within two seconds.
const WAITS = 10
const WAIT_MS = 200

/**
 * Handles the opening of the payment link `/pay/:code`. The first opening makes the invoice at Xendit; two
 * buyers who open the link at once get the same invoice. If Xendit's answer was lost, laku looks for the
 * invoice and never makes a second one.
 * @throws payment.not_found, invoice_under_way, invoice_refused, invoice_refused_for_good, kernel.paused
 * @throws ProviderFailure limited, unreachable or unknown: opening it again goes on
 */
export async function openInvoice(context: OpenContext, code: string): Promise<OpenedInvoice> {
  const made = await madeInvoice(context.unitOfWork.db, code, context.unitOfWork.clock.now())
  if (made) return { state: 'redirect', url: made }
  for (let wait = 0; wait <= WAITS; wait++) {
    const opening: Opening = await context.unitOfWork.run(context.actor, (work) => reserveInvoice(work, code))
    if (opening.state === 'reserved') return await makeInvoice(context, opening.invoice)
    if (opening.state !== 'busy') return opening
    await sleep(WAIT_MS)
  }
  throw paymentErrors.invoice_under_way({ code, retryAfterS: 3 })
}

/**
 * Returns the URL of the payment's invoice, if the invoice exists and can still be paid. Buyers mostly open a
 * link more than once, so the invoice mostly exists. Then this query finds it without a lock on the payment.
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
  const { unitOfWork, actor } = context
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
    // The invoice exists at Xendit now. If laku fails to store it in the database, laku must look for it
    // later and not make another.
    mayExist = true
    // A paid invoice needs no URL, because nobody has to pay it. The money is posted after the invoice's
    // webhook or laku's next check. An unpaid invoice without a URL is an error, and laku looks for its URL
    // again later.
    if (!made.invoiceUrl && isPaid(made)) return { state: 'checking' }
    if (!made.invoiceUrl) throw unreadable()
    const url = await unitOfWork.run(actor, (work) => storeInvoice(work, reserved.paymentId, made))
    return url ? { state: 'redirect', url } : { state: 'expired' }
  } catch (error) {
    await unitOfWork.run(actor, async (work) => {
      await giveBackInvoice(work, reserved, mayExist)
      if (isRefusal(error)) {
        if (isRefusedForGood(error.code)) return await failPayments(work, [reserved.paymentId])
        work.requestAttention({
          kind: 'invoice_refused',
          subject: ['payment', reserved.paymentId],
          message: `The provider refuses to make the invoice of ${reserved.code} (${error.code}). Look at the payment, and ask the provider.`,
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
 * Makes a payment's invoice at Xendit. If the outcome is unknown, looks for the invoice at once. Returns
 * undefined if the payment has expired meanwhile.
 */
async function createInvoice(
  context: OpenContext,
  reserved: ReservedInvoice,
  onUnknown: () => void,
): Promise<GatewayInvoice | undefined> {
  const { gateway, unitOfWork, publicUrl } = context
  const expiresInS = secondsLeft(reserved.expiresAt, unitOfWork.clock.now())
  if (expiresInS < 1) return undefined
  try {
    return await gateway.createInvoice({
      externalId: reserved.code,
      amountIdr: reserved.amountIdr,
      expiresInS,
      description: `Laku ${reserved.code}`,
      payer: reserved.payer,
      methods: methodsFor(reserved.amountIdr),
      // With `back=1` in its URL, the payment page does not send a returning buyer to the invoice again. The
      // buyer may have paid already, while the webhook about the payment is still under way.
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

/**
 * Returns the invoice that an earlier call made: a paid invoice if there is one, otherwise one that can still
 * be paid.
 */
async function findOpen(
  { gateway }: OpenContext,
  { code }: ReservedInvoice,
): Promise<GatewayInvoice | undefined> {
  const invoices = await gateway.findInvoices(code)
  const open = invoices.find(isPaid) ?? invoices.find((invoice) => invoice.status === 'PENDING')
  // An invoice whose state laku does not know may still be open. A second invoice beside it could be paid as
  // well, so none is made.
  if (!open && invoices.some((invoice) => invoice.status === 'UNKNOWN')) throw unreadable()
  return open
}

const unreadable = () =>
  new ProviderFailure({
    provider: 'xendit',
    operation: 'find_invoices',
    outcome: 'unknown',
    code: 'unreadable_invoice',
  })
