import { setTimeout as sleep } from 'node:timers/promises'
import type { Shop } from './shop.ts'

export interface Balance {
  account: string
  balance_idr: number
}

/** The balance of our gateway account in laku's ledger, and of our account in the provider's book. */
export interface Books {
  gateway_idr: number
  /** The provider's balance for our account, minus those of the provider's fees that we have booked. */
  provider_idr: number
  agrees: boolean
}

const TRIES = 10
const EVERY_MS = 250

/**
 * Compares our ledger with the provider's book, to the rupiah. Movements between the two books get a few
 * seconds to arrive.
 */
export async function compareBooks(shop: Shop): Promise<{ book: Books; balances: Balance[] }> {
  for (let tries = 1; ; tries++) {
    const [{ data: balances }, { balance_idr: heldIdr }] = await Promise.all([
      shop.laku<{ data: Balance[] }>('ledger', 'balances'),
      shop.sandbox.ask<{ balance_idr: number }>('GET', '/control/book'),
    ])
    const balanceOf = (account: string) =>
      balances.find((balance) => balance.account === account)?.balance_idr ?? 0
    const book = { gateway_idr: balanceOf('gateway'), provider_idr: heldIdr - balanceOf('gateway-fees') }
    const agrees = book.gateway_idr === book.provider_idr
    if (agrees || tries === TRIES) return { book: { ...book, agrees }, balances }
    await sleep(EVERY_MS)
  }
}
