import { type Balance, type Books, compareBooks } from './compare-books.ts'
import { actOut, type Flow, type FlowResult, type StepResult } from './flow.ts'
import { groupFailed } from './group-failed.ts'
import { groupSuccess } from './group-success.ts'
import { groupSuccessNoStock } from './group-success-no-stock.ts'
import { regularOrder } from './regular-order.ts'
import { settlement } from './settlement.ts'
import { shipmentTracking } from './shipment-tracking.ts'
import { Shop } from './shop.ts'

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

export const flows: readonly Flow[] = [
  regularOrder,
  groupSuccess,
  groupSuccessNoStock,
  groupFailed,
  shipmentTracking,
  settlement,
]

/** Opens a shop of its own, acts every flow out in it, and has the book verified. */
export async function runDemo(audience: Audience): Promise<DemoResult> {
  audience.opening()
  const shop = await Shop.open()
  try {
    const results: FlowResult[] = []
    for (const flow of flows) {
      audience.flow(flow)
      results.push(await actOut(flow, shop, audience.step))
    }
    const { book, balances } = await compareBooks(shop)
    const ledger = await shop.laku<DemoResult['ledger']>('ledger', 'verify')
    const ok = ledger.ok && book.agrees && results.every((flow) => flow.ok)
    return { ok, flows: results, ledger, balances, book }
  } finally {
    await shop.close()
  }
}
