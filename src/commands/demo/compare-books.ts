import { setTimeout as sleep } from 'node:timers/promises'
import type { Shop } from './shop.ts'

export interface Balance {
  account: string
  balance_idr: number
}

/**
 * The two balances that must agree: the account `gateway` in laku's ledger, and laku's account at the payment
 * provider.
 */
export interface Books {
  gateway_idr: number
  /**
   * The balance of laku's account at the provider, minus the provider's fees (the balance of `gateway-fees`
   * in laku's ledger).
   */
  provider_idr: number
  agrees: boolean
}

const TRIES = 10
const EVERY_MS = 250

/**
 * Compares laku's ledger with the payment provider's record of laku's account, to the rupiah. A movement of
 * money may take a few seconds to appear in both, so the comparison is repeated until both agree or the tries
 * are used up.
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
