import { sql } from 'kysely'
import {
  asRecords,
  identityOf,
  kernelErrors,
  moveState,
  requireStaff,
  type Work,
} from '../../kernel/index.ts'
import { warehouseErrors } from '../errors.ts'
import { openStock } from '../inventory/lock.ts'
import { recordMovements } from '../inventory/record-movements.ts'
import { sum } from '../inventory/rules.ts'
import {
  incomingPurchaseOrderStates,
  type PurchaseOrderStatus,
  purchaseOrderMachine,
  purchaseOrderTransitions,
} from '../transitions.ts'
import { lockPurchaseOrder, subjectOf } from './lock.ts'
import { type PurchaseOrderView, purchaseOrder } from './read.ts'

export interface ReceiptLine {
  variantId: string
  /** The number of received pieces that can be sold. */
  good: number
  /**
   * The number of received pieces that cannot be sold: they are recorded, written off at once, and never
   * reserved.
   */
  damaged: number
}

export interface Receipt {
  purchaseOrder: string
  lines: readonly ReceiptLine[]
  /** The number on the factory's delivery note. Goods with the same note are recorded only once. */
  deliveryNote?: string | undefined
}

/**
 * Records goods that a factory delivered for a purchase order, once for each delivery note. Damaged pieces
 * must be delivered again. The purchase order stays open until all pieces have arrived or staff close it.
 * Sessions and orders that wait for the goods get them in this transaction, because they react to the event
 * purchase_order.received.
 * @throws warehouse.purchase_order_not_found, no_lines, invalid_quantity, invalid_note, note_counted,
 * not_in_purchase_order, over_received, kernel.illegal_transition, kernel.forbidden
 */
export async function receivePurchaseOrder(work: Work, input: Receipt): Promise<PurchaseOrderView> {
  requireStaff(work.actor, 'warehouse', 'service')
  const order = await lockPurchaseOrder(work.tx, input.purchaseOrder)
  const deliveryNote = input.deliveryNote === undefined ? undefined : identityOf(input.deliveryNote)
  if (deliveryNote === '') throw warehouseErrors.invalid_note()
  if (deliveryNote && (await isCounted(work, order, deliveryNote, input.lines)))
    return await purchaseOrder(work.tx, order.id)
  if (!incomingPurchaseOrderStates.includes(order.status)) {
    throw kernelErrors.illegal_transition({
      subject: order.code,
      from: order.status,
      to: 'received',
      allowed: purchaseOrderTransitions[order.status],
    })
  }
  const lines = countsOf(input.lines)
  const before = await purchaseOrder(work.tx, order.id)
  for (const { variantId, good, damaged } of lines) {
    const item = before.items.find((purchaseOrderItem) => purchaseOrderItem.variantId === variantId)
    if (!item) throw warehouseErrors.not_in_purchase_order({ purchaseOrder: order.code, variantId })
    const owed = item.quantity - item.received
    // A delivery cannot have more pieces, good and damaged together, than the factory still owes.
    if (good + damaged > owed)
      throw warehouseErrors.over_received({ purchaseOrder: order.code, sku: item.sku, good, damaged, owed })
  }
  if (deliveryNote) await insertReceipt(work, order.id, deliveryNote, lines)
  await countIn(work, order.id, lines, deliveryNote)
  const after = await moveReceived(work, order.id)
  const variantIds = lines.flatMap((line) => (line.good > 0 ? [line.variantId] : []))
  const [good, damaged] = [sum(lines.map((line) => line.good)), sum(lines.map((line) => line.damaged))]
  work.emit({
    type: 'purchase_order.received',
    aggregate: ['purchase_order', order.id],
    payload: { ...subjectOf(order), variantIds, good, damaged, complete: after.status === 'received' },
  })
  for (const { variantId, good: quantity } of lines) {
    if (quantity > 0)
      work.emit({ type: 'stock.added', aggregate: ['variant', variantId], payload: { variantId, quantity } })
  }
  work.audit({
    command: 'purchase-orders receive',
    subject: ['purchase_order', order.id],
    before: { status: before.status },
    after: { status: after.status, deliveryNote, lines },
  })
  return after
}

/**
 * Tells whether the goods of this delivery note were already recorded. The purchase order is locked, so two
 * deliveries with the same note are checked one after the other.
 * @throws warehouse.note_counted if the note was counted with other lines: a second note needs a number of
 * its own
 */
async function isCounted(
  work: Work,
  { id, code }: { id: string; code: string },
  deliveryNote: string,
  lines: readonly ReceiptLine[],
): Promise<boolean> {
  const { rows } = await sql<{ lines: ReceiptLine[] }>`
    select lines from purchase_order_receipts where purchase_order_id = ${id} and note = ${deliveryNote}`.execute(
    work.tx,
  )
  const [counted] = rows
  if (!counted) return false
  const asked = lines.every((line) => line.good === 0 && line.damaged === 0) ? [] : countsOf(lines)
  if (asked.length === 0 || sheetOf(asked) === sheetOf(counted.lines)) return true
  throw warehouseErrors.note_counted({ purchaseOrder: code, deliveryNote, counted: counted.lines })
}

const sheetOf = (lines: readonly ReceiptLine[]) =>
  lines
    .map(({ variantId, good, damaged }) => `${variantId} ${good} ${damaged}`)
    .sort()
    .join()

async function insertReceipt(
  work: Work,
  purchaseOrderId: string,
  note: string,
  lines: readonly ReceiptLine[],
): Promise<void> {
  await sql`
    insert into purchase_order_receipts (purchase_order_id, note, lines, created_at)
    values (${purchaseOrderId}, ${note}, ${JSON.stringify(lines)}::jsonb, ${work.now})`.execute(work.tx)
}

/** Adds up the received pieces of each variant, and leaves out variants without pieces. */
function countsOf(lines: readonly ReceiptLine[]): ReceiptLine[] {
  const counts = [...Map.groupBy(lines, (line) => line.variantId)].map(([variantId, all]) => {
    for (const { good, damaged } of all) {
      const whole = Number.isSafeInteger(good) && Number.isSafeInteger(damaged) && good >= 0 && damaged >= 0
      if (!whole) throw warehouseErrors.invalid_quantity({ variantId, good, damaged })
    }
    return {
      variantId,
      good: sum(all.map((receiptLine) => receiptLine.good)),
      damaged: sum(all.map((receiptLine) => receiptLine.damaged)),
    }
  })
  const counted = counts.filter((line) => line.good + line.damaged > 0)
  if (counted.length === 0) throw warehouseErrors.no_lines()
  return counted
}

async function countIn(
  work: Work,
  purchaseOrderId: string,
  lines: readonly ReceiptLine[],
  deliveryNote: string | undefined,
): Promise<void> {
  await sql`
    update purchase_order_items i set received = i.received + l.good, damaged = i.damaged + l.damaged
    from jsonb_to_recordset(${asRecords(lines)}::jsonb) as l(variant_id uuid, good integer, damaged integer)
    where i.purchase_order_id = ${purchaseOrderId} and i.variant_id = l.variant_id`.execute(work.tx)
  await openStock(
    work,
    lines.map((line) => line.variantId),
  )
  const common = {
    reservedChange: 0,
    subject: ['purchase_order', purchaseOrderId] as [string, string],
    ...(deliveryNote ? { reason: deliveryNote } : {}),
  }
  await recordMovements(
    work,
    lines.flatMap(({ variantId, good, damaged }) => [
      { variantId, kind: 'received' as const, onHandChange: good + damaged, ...common },
      ...(damaged > 0
        ? [{ variantId, kind: 'written_off' as const, onHandChange: -damaged, ...common }]
        : []),
    ]),
  )
}

async function moveReceived(work: Work, purchaseOrderId: string): Promise<PurchaseOrderView> {
  await moveState(work, purchaseOrderMachine, {
    to: sql<PurchaseOrderStatus>`case when exists (
      select from purchase_order_items i where i.purchase_order_id = t.id and i.received < i.quantity
    ) then 'partially_received' else 'received' end`,
    stays: true,
    ids: [purchaseOrderId],
    all: true,
    set: { answerDueAt: null, updatedAt: work.now },
  })
  return await purchaseOrder(work.tx, purchaseOrderId)
}
