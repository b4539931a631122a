/** Whole rupiah. No decimals exist anywhere in laku: IDR has none at Xendit either. */
export type Rupiah = number

/** Checks that an amount is a whole number that JavaScript holds exactly. */
export function rupiah(amount: number): Rupiah {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`not a whole rupiah amount: ${amount}`)
  return amount
}

export function sumIdr(amounts: Iterable<Rupiah>): Rupiah {
  let total = 0
  for (const amount of amounts) total += amount
  return rupiah(total)
}

/**
 * floor(amount x basis points / 10,000), exact for any safe amount: the shape of every commission and fee.
 */
export function basisPoints(amount: Rupiah, bps: number): Rupiah {
  return Number((BigInt(rupiah(amount)) * BigInt(bps)) / 10_000n)
}

/**
 * floor(amount x of / whole), exact for any safe amounts: the part of it that belongs to `of` in `whole`. 0
 * of nothing.
 */
export function proportion(amount: Rupiah, of: Rupiah, whole: Rupiah): Rupiah {
  return whole === 0 ? 0 : Number((BigInt(rupiah(amount)) * BigInt(of)) / BigInt(whole))
}

/**
 * `1.250.000`, `-4,5`: a number as people in Indonesia write it. Not by Intl, whose first formatter takes
 * every command 15 ms.
 */
export function formatNumber(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '.')
  return fraction === undefined ? grouped : `${grouped},${fraction}`
}

/** `Rp 1.250.000`, `-Rp 500`. */
export function formatIdr(amount: Rupiah): string {
  return amount < 0 ? `-Rp ${formatNumber(-amount)}` : `Rp ${formatNumber(amount)}`
}
