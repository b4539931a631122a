import {
  type DomainError,
  findAnswers,
  type IdempotencyKey,
  kernelErrors,
  rupiah,
  type StoredAnswer,
  toWire,
  type Work,
} from '../../kernel/index.ts'
import { cachedRates, type Parcel, QuoteMissing } from '../../logistics/index.ts'
import { invoiceRefusal, paymentView } from '../../payment/index.ts'
import { groupBuyingErrors } from '../errors.ts'
import { giveBack, holdUnits } from './hold-capacity.ts'
import {
  type Join,
  type JoinAnswer,
  type JoinOutcome,
  type JoinSettings,
  usesWallet,
} from './join-request.ts'
import { type JoinContext, placeOf, readJoinContext } from './read-context.ts'
import { type RecordedJoin, recordJoins } from './record.ts'
import { type Candidate, candidateOf, type PricedJoin } from './rules.ts'

/**
 * Takes places in any number of sessions for a batch of buyers. The number of SQL statements is fixed, and
 * the row of each session is written once.
 *
 * Every join has its own outcome, in the order given; a refused join does not affect the others. Earlier
 * joins of a batch get their places first. A repeated idempotency key gets the first answer.
 *
 * If the wallet's balance is too small, the whole transaction fails. So a join that uses the wallet must be
 * the only join of its batch.
 *
 * The errors in outcomes are group_buying.session_not_found, session_not_open, session_full, already_joined,
 * per_user_limit, too_many_unpaid, unpaid_share, hold_renewed, user_not_active, address_not_found,
 * variant_not_in_session, no_items, kernel.paused, payment.below_invoice_minimum, logistics.quote_missing
 * (QuoteMissing, with the parcel to ask for), kernel.idempotency_key_reused.
 * @throws wallet.insufficient_balance, cooling_off, payment.rest_below_invoice_minimum,
 * wallet_part_above_price, no_wallet_part for a join that uses a wallet
 */
export async function joinSessions(
  work: Work,
  joins: readonly Join[],
  settings: JoinSettings,
): Promise<JoinOutcome[]> {
  if (joins.length > 1 && joins.some(usesWallet)) {
    throw new Error('a join that uses a wallet must be the only one of its batch')
  }
  const outcomes = new Map<Join, JoinOutcome>()
  const refuse = (join: Join, error: Error) => outcomes.set(join, { ok: false, error })
  const repeats = findRepeats(joins, refuse)
  const firsts = joins.filter((join) => !outcomes.has(join) && !repeats.has(join))
  // The stored answers are read after the context, which contains the buyers' places. In the other order,
  // another process could do a join between the two reads. The context would then contain the buyer's place,
  // but the answer to that join would not be found.
  const [context] = await Promise.all([
    readJoinContext(work.tx, firsts, work.now),
    answerAgain(work, firsts, outcomes),
  ])
  const open = firsts.filter((join) => !outcomes.has(join))
  const candidates = findCandidates(work, open, context, refuse)
  const priced = await price(work, candidates, settings, refuse)
  const { held, refused } = await holdUnits(work, priced)
  for (const [pricedJoin, error] of refused) refuse(pricedJoin.join, error)
  const recorded = await recordJoins(work, held)
  await refuseRivals(work, held, recorded, refuse)
  announce(work, recorded)
  for (const otherJoin of recorded) {
    const { join } = otherJoin.priced
    const answer = answerTo(otherJoin, settings)
    outcomes.set(join, { ok: true, answer })
    if (join.idempotency) work.answer(join.idempotency, answer)
  }
  // While this batch waited for the session, another process may have answered the same request (with the
  // same idempotency key). That process gave the buyer the place, so this batch refused the join. The join
  // now gets the stored answer of the other process.
  const refusals = open.filter((join) => outcomes.get(join)?.ok === false)
  await answerAgain(work, refusals, outcomes)
  for (const [join, first] of repeats) outcomes.set(join, outcomes.get(first) as JoinOutcome)
  return joins.map((join) => outcomes.get(join) as JoinOutcome)
}

/**
 * Finds joins of this batch with the same idempotency key. The later join gets the outcome of the first join,
 * or is refused if its request differs.
 */
function findRepeats(joins: readonly Join[], refuse: (join: Join, error: Error) => void): Map<Join, Join> {
  const first = new Map<string, Join>()
  const repeats = new Map<Join, Join>()
  for (const join of joins) {
    if (!join.idempotency) continue
    const name = `${join.idempotency.scope} ${join.idempotency.key}`
    const before = first.get(name)
    if (!before) first.set(name, join)
    else if (before.idempotency?.requestHash === join.idempotency.requestHash) repeats.set(join, before)
    else refuse(join, kernelErrors.idempotency_key_reused())
  }
  return repeats
}

/** Sets the stored answer as the outcome of each join whose idempotency key was answered before. */
async function answerAgain(
  work: Work,
  joins: readonly Join[],
  outcomes: Map<Join, JoinOutcome>,
): Promise<void> {
  const keyed = joins.filter((join) => join.idempotency)
  const answers = await findAnswers(
    work,
    keyed.map((join) => join.idempotency as IdempotencyKey),
  )
  for (const [i, answer] of answers.entries()) {
    if (!answer) continue
    const outcome: JoinOutcome = answer instanceof Error ? { ok: false, error: answer } : { ok: true, answer }
    outcomes.set(keyed[i] as Join, outcome)
  }
}

function findCandidates(
  { now, policy }: Work,
  joins: readonly Join[],
  context: JoinContext,
  refuse: (join: Join, error: DomainError) => void,
): Candidate[] {
  const taken = new Set<string>()
  const candidates: Candidate[] = []
  for (const join of joins) {
    const candidate = candidateOf(join, context, { now, policy }, taken)
    if (candidate instanceof Error) {
      refuse(join, candidate)
      continue
    }
    taken.add(placeOf(join))
    // Earlier joins of this batch count for the buyer's limit of unpaid places, too.
    const { customerId } = join
    context.unpaidPlaces.set(customerId, (context.unpaidPlaces.get(customerId) ?? 0) + 1)
    candidates.push(candidate)
  }
  return candidates
}

/**
 * Adds the shipping fee to each candidate join: the fee that the request contains, otherwise a cached quote.
 */
async function price(
  work: Work,
  candidates: readonly Candidate[],
  settings: JoinSettings,
  refuse: (join: Join, error: DomainError) => void,
): Promise<PricedJoin[]> {
  const parcels = candidates.map((candidate) => parcelOf(candidate, settings))
  const unknown = candidates.flatMap(({ join }, i) =>
    join.rate ? [] : [{ key: String(i), ...(parcels[i] as Parcel) }],
  )
  const cached = await cachedRates(work.tx, unknown, work.now)
  const priced: PricedJoin[] = []
  for (const [i, candidate] of candidates.entries()) {
    const rate = candidate.join.rate ?? cached.get(String(i))
    if (!rate) {
      refuse(candidate.join, new QuoteMissing(parcels[i] as Parcel))
      continue
    }
    const withRate = { ...candidate, rate, totalIdr: rupiah(candidate.goodsIdr + rate.priceIdr) }
    const tooLittle = !usesWallet(withRate.join) && invoiceRefusal(withRate.totalIdr, work.policy)
    if (tooLittle) refuse(withRate.join, tooLittle)
    else priced.push(withRate)
  }
  return priced
}

function parcelOf({ join, weightG, address }: Candidate, settings: JoinSettings): Parcel {
  const parcel = {
    originPostalCode: settings.originPostalCode,
    destinationPostalCode: address.postalCode,
    weightG,
  }
  return join.courier ? { ...parcel, courier: join.courier } : parcel
}

/** Refuses joins of buyers to whom another transaction had just given a place in the same session. */
async function refuseRivals(
  work: Work,
  held: readonly PricedJoin[],
  recorded: readonly RecordedJoin[],
  refuse: (join: Join, error: DomainError) => void,
): Promise<void> {
  if (recorded.length === held.length) return
  const written = new Set(recorded.map((join) => join.priced))
  const late = held.filter((pricedJoin) => !written.has(pricedJoin))
  await giveBack(work, late)
  for (const { join, session } of late) {
    refuse(join, groupBuyingErrors.already_joined({ sessionId: session.id, code: session.code }))
  }
}

function announce(work: Work, recorded: readonly RecordedJoin[]): void {
  for (const { participantId, priced, payment } of recorded) {
    work.emit({
      type: 'participant.joined',
      aggregate: ['participant', participantId],
      requestId: priced.join.requestId,
      // In a batch of joins, each buyer is the actor of their own join. If support joins for a buyer, the
      // support person is the actor.
      actor: work.actor.kind === 'staff' ? work.actor : { kind: 'customer', id: priced.join.customerId },
      payload: {
        sessionId: priced.session.id,
        code: priced.session.code,
        participantId,
        userId: priced.join.customerId,
        paymentId: payment.id,
        paymentCode: payment.code,
        units: priced.units,
        totalIdr: priced.totalIdr,
        walletIdr: payment.walletIdr,
      },
    })
  }
}

function answerTo({ participantId, priced, payment }: RecordedJoin, settings: JoinSettings): StoredAnswer {
  const body: JoinAnswer = {
    participation: {
      id: participantId,
      // If the wallet paid, the reactions in this transaction have already confirmed the payment.
      status: payment.status === 'paid' ? 'paid' : 'held',
      units: priced.units,
      goodsIdr: priced.goodsIdr,
      shippingIdr: priced.rate.priceIdr,
      totalIdr: priced.totalIdr,
    },
    payment: paymentView(payment, settings.publicUrl),
  }
  return { status: 201, body: toWire(body) }
}
