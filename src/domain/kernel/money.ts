/** An amount of money in whole rupiah. No decimals exist anywhere in laku: IDR has none at Xendit either. */
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
 * Returns floor(amount x basis points / 10,000), exact for any safe amount. Every commission and fee is
 * calculated this way.
 */
export function basisPoints(amount: Rupiah, bps: number): Rupiah {
  return Number((BigInt(rupiah(amount)) * BigInt(bps)) / 10_000n)
}

/**
 * Returns a share of `amount`, in the proportion of `of` to `whole`: floor(amount x of / whole). The result
 * is exact for any safe amounts. It is 0 if `whole` is 0.
 */
export function proportion(amount: Rupiah, of: Rupiah, whole: Rupiah): Rupiah {
  return whole === 0 ? 0 : Number((BigInt(rupiah(amount)) * BigInt(of)) / BigInt(whole))
}

/**
 * Returns a number as people in Indonesia write it: `1.250.000`, `-4,5`. It does not use Intl, because
 * creating the first Intl formatter would delay every command by 15 ms.
 */
export function formatNumber(value: number): string {
  const [whole = '', fraction] = String(value).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, '.')
  return fraction === undefined ? grouped : `${grouped},${fraction}`
}

/** Returns an amount of rupiah as text: `Rp 1.250.000`, `-Rp 500`. */
export function formatIdr(amount: Rupiah): string {
  return amount < 0 ? `-Rp ${formatNumber(-amount)}` : `Rp ${formatNumber(amount)}`
}
