import { sql } from 'kysely'
import {
  insertRows,
  lockRows,
  newCode,
  newId,
  requireStaff,
  secondsAfter,
  type Work,
} from '../../kernel/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { getSession } from '../list.ts'
import { requireReachable, requireTerms } from '../rules.ts'
import type { SessionView } from '../views.ts'
import type { ClosePolicy } from './moq.ts'
import { type NewTier, priceTiers, type ShelfVariant } from './tier-prices.ts'

export interface NewSession {
  productId: string
  moq: number
  capacity?: number | undefined
  perUserLimit?: number | undefined
  /**
   * The start of the session, never in the past. With a start in the future, the session is a draft that
   * opens at its start. Without a start, the session opens now, unless `status` is `draft`. Such a draft
   * waits until staff open it.
   */
  startsAt?: Date | undefined
  endsAt: Date
  closePolicy?: ClosePolicy | undefined
  tiers: readonly NewTier[]
  status?: 'draft' | undefined
}

const SKEW_S = 300

/**
 * Creates a session of a product. The session keeps the product's present factory and commission rate, so
 * that a later change does not affect people who have joined. The session opens at once unless it is a draft
 * or starts in the future.
 * @throws group_buying.product_not_found, product_not_active, invalid_terms, invalid_tiers,
 * tier_out_of_reach, variants_differ, price_above_shelf, variant_not_found, invalid_period, kernel.forbidden
 */
export async function createSession(work: Work, input: NewSession): Promise<SessionView> {
  requireStaff(work.actor, 'service')
  requireTerms(input)
  const { now } = work
  const scheduled = input.startsAt !== undefined && input.startsAt > now
  // A start long ago is a mistake of the caller. A start up to five minutes ago is accepted, because the
  // clocks of two machines may differ.
  if (input.startsAt !== undefined && input.startsAt <= secondsAfter(now, -SKEW_S))
    throw groupBuyingErrors.invalid_period({ startsAt: input.startsAt, now })
  const draft = scheduled || input.status === 'draft'
  const startsAt = draft ? (input.startsAt ?? null) : now
  if (input.endsAt <= now || (startsAt && input.endsAt <= startsAt)) {
    throw groupBuyingErrors.invalid_period({ startsAt, endsAt: input.endsAt })
  }
  const { variants, ...terms } = await termsOf(work, input.productId)
  const tiers = priceTiers(input.tiers, variants)
  requireReachable(tiers, input)
  const session = { id: newId(), code: newCode('GBS', now) }
  await insertRows(work.tx, 'groupBuyingSessions', [
    {
      ...session,
      ...terms,
      productId: input.productId,
      status: draft ? 'draft' : 'forming',
      closePolicy: input.closePolicy ?? 'at_moq',
      moq: input.moq,
      capacity: input.capacity ?? null,
      perUserLimit: input.perUserLimit ?? null,
      startsAt,
      endsAt: input.endsAt,
      paidUnits: 0,
      heldUnits: 0,
      participants: 0,
      extensions: 0,
      createdAt: now,
      updatedAt: now,
    },
  ])
  await insertRows(
    work.tx,
    'sessionTiers',
    tiers.map(({ minUnits, unitPriceIdr }) => ({ sessionId: session.id, minUnits, unitPriceIdr })),
  )
  await insertRows(
    work.tx,
    'sessionTierPrices',
    tiers.flatMap(({ minUnits, prices }) =>
      [...prices].map(([variantId, unitPriceIdr]) => ({
        sessionId: session.id,
        minUnits,
        variantId,
        unitPriceIdr,
      })),
    ),
  )
  const subject = { sessionId: session.id, code: session.code }
  work.emit({ type: 'session.created', aggregate: ['session', session.id], payload: subject })
  if (!draft) work.emit({ type: 'session.opened', aggregate: ['session', session.id], payload: subject })
  const view = await getSession(work.tx, session.id, { withDrafts: true })
  work.audit({ command: 'sessions create', subject: ['session', session.id], after: view })
  return view
}

interface ProductTerms {
  factoryId: string
  commissionBps: number
  variants: ShelfVariant[]
}

async function termsOf(work: Work, productId: string): Promise<ProductTerms> {
  // A change of the product's prices or status waits until the session exists, and then finds the session.
  await lockRows(work.tx, { product: { id: [productId] } }, { share: true })
  const { rows } = await sql<ProductTerms & { active: boolean }>`
    select f.id as factory_id, f.commission_bps, p.status = 'active' and f.status = 'active' as active,
      (select jsonb_agg(jsonb_build_object('id', v.id, 'sku', v.sku, 'priceIdr', v.price_idr) order by v.sku)
        from product_variants v where v.product_id = p.id) as variants
    from products p join factories f on f.id = p.factory_id where p.id = ${productId}`.execute(work.tx)
  const product = rows[0]
  if (!product) throw groupBuyingErrors.product_not_found({ productId })
  if (!product.active) throw groupBuyingErrors.product_not_active({ productId })
  return {
    factoryId: product.factoryId,
    commissionBps: product.commissionBps,
    variants: product.variants ?? [],
  }
}
