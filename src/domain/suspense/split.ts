import { sql } from 'kysely'
import {
  kernelErrors,
  moveState,
  type Rupiah,
  requireReason,
  requireStaff,
  rupiah,
  type Work,
} from '../kernel/index.ts'
import { suspenseAccount } from '../ledger/index.ts'
import { endAttention } from '../ops/index.ts'
import { suspenseErrors } from './errors.ts'
import { type SuspenseItem, showSuspense } from './list-suspense.ts'
import { lockItem } from './lock.ts'
import { putIntoSuspense } from './put-into-suspense.ts'
import { suspenseMachine, suspenseTransitions } from './transitions.ts'

/**
 * Splits open money in suspense into two items of their own, one of them of `partIdr`, because its parts
 * belong to different places. For example, one line of the provider's list brought the chargebacks of two
 * payments back. The parts have codes of their own, and move from the item's account to theirs: no other
 * account is touched. Returns the two parts, the one of `partIdr` first.
 * @throws suspense.not_found, ambiguous, part_too_large, kernel.illegal_transition, reason_required,
 * forbidden
 */
export async function splitSuspense(
  work: Work,
  text: string,
  partIdr: Rupiah,
): Promise<readonly [SuspenseItem, SuspenseItem]> {
  requireStaff(work.actor, 'finance')
  const note = requireReason(work)
  const item = await lockItem(work, text)
  const { code, status, amountIdr } = item
  if (status !== 'open')
    throw kernelErrors.illegal_transition({
      subject: 'suspense',
      code,
      from: status,
      to: 'split',
      allowed: suspenseTransitions[status],
    })
  const part = rupiah(partIdr)
  if (part <= 0 || part >= Math.abs(amountIdr))
    throw suspenseErrors.part_too_large({ code, amountIdr, partIdr })
  return await divide(work, item, part, note)
}

/** Splits a locked, open item into one of `part` (above zero, below the whole sum) and one of the rest. */
export async function divide(
  work: Work,
  item: SuspenseItem,
  part: Rupiah,
  note: string,
): Promise<readonly [SuspenseItem, SuspenseItem]> {
  const { id, code, status, amountIdr } = item
  await moveState(work, suspenseMachine, {
    to: 'split',
    ids: [id],
    set: { note, decidedAt: work.now },
    all: true,
  })
  await endAttention(work, 'money_in_suspense', id, 'it was split into two')
  const nth = await partsOf(work, code)
  const sign = Math.sign(amountIdr)
  const first = await putPart(work, item, nth + 1, sign * part)
  const rest = await putPart(work, item, nth + 2, amountIdr - sign * part)
  work.audit({
    command: 'suspense split',
    subject: ['suspense', id],
    before: { status, amountIdr },
    after: {
      status: 'split',
      code,
      parts: [first, rest].map((one) => ({ code: one.code, amountIdr: one.amountIdr })),
    },
  })
  return [first, rest]
}

/** Returns how many parts items of this code have, so that each part gets a code of its own. */
async function partsOf({ tx }: Work, code: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from suspense_items where account = ${suspenseAccount(code)}`.execute(tx)
  return rows[0]?.n ?? 0
}

/**
 * Creates one part of an item. It has no provider's id: the item keeps it, so that the checks count the
 * provider's movement once.
 */
async function putPart(
  work: Work,
  item: SuspenseItem,
  nth: number,
  amountIdr: Rupiah,
): Promise<SuspenseItem> {
  const { id: whole, code, kind, subjectId, reference, userId, factoryId } = item
  const id = await putIntoSuspense(work, {
    key: `suspense:${whole}:part:${nth}`,
    code: `${code}.${nth}`,
    kind,
    subjectId,
    reference,
    amountIdr,
    account: suspenseAccount(code),
    why: `a part of ${code}: ${item.why}`,
    userId,
    factoryId,
  })
  if (!id) throw new Error(`the part ${code}.${nth} was not made`)
  await sql`
    update suspense_items part set bank_channel = item.bank_channel, bank_number = item.bank_number
    from suspense_items item where item.id = ${whole}::uuid and part.id = ${id}::uuid`.execute(work.tx)
  return await showSuspense(work.tx, id)
}
