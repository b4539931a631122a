import { type Balance, type Books, compareBooks } from './compare-books.ts'
import { actOut, type Flow, type FlowResult, type StepResult } from './flow.ts'
import { groupFailed } from './group-failed.ts'
import { groupSuccess } from './group-success.ts'
import { groupSuccessNoStock } from './group-success-no-stock.ts'
import { regularOrder } from './regular-order.ts'
import { settlement } from './settlement.ts'
import { shipmentTracking } from './shipment-tracking.ts'
import { Shop } from './shop.ts'
import { Turns } from './turns.ts'

export interface DemoResult {
  ok: boolean
  flows: FlowResult[]
  ledger: {
    ok: boolean
    transactions: number
    entries: number
    checks: { name: string; ok: boolean; detail: string }[]
  }
  balances: Balance[]
  book: Books
}

export interface Audience {
  opening(): void
  flow(flow: Flow): void
  step(step: StepResult): void
}

/** The flows, in the order in which they are printed. */
const flows: readonly Flow[] = [
  regularOrder,
  groupSuccess,
  groupSuccessNoStock,
  groupFailed,
  shipmentTracking,
  settlement,
]

/**
 * Opens a separate shop for the demo and carries out all flows in it. The flows run at the same time, like
 * the work of a real shop. After the flows, `laku ledger verify` checks the ledger.
 */
export async function runDemo(audience: Audience): Promise<DemoResult> {
  audience.opening()
  const shop = await Shop.open()
  try {
    const results = await actOutAll(shop, audience)
    const [{ book, balances }, ledger] = await Promise.all([
      compareBooks(shop),
      shop.laku<DemoResult['ledger']>('ledger', 'verify'),
    ])
    const ok = ledger.ok && book.agrees && results.every((flow) => flow.ok)
    return { ok, flows: results, ledger, balances, book }
  } finally {
    await shop.close()
  }
}

/**
 * Carries out all flows at the same time, each with its own buyers and goods. The flows are printed one after
 * another.
 */
export async function actOutAll(shop: Shop, audience: Audience): Promise<FlowResult[]> {
  const turns = new Turns()
  const underWay: Promise<FlowResult>[] = []
  for (const flow of flows) {
    const tell = turns.next()
    tell.now(() => audience.flow(flow))
    const before = Promise.all(underWay)
    underWay.push(
      actOut(flow, shop, before, (step) => tell.now(() => audience.step(step))).finally(() => tell.done()),
    )
  }
  return await Promise.all(underWay)
}
