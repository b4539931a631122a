/** The number of pieces, by variant. */
export type Pieces = readonly number[]

export const sumOf = (pieces: Pieces) => pieces.reduce((sum, piece) => sum + piece, 0)
const plus = (a: Pieces, b: Pieces) => a.map((value, v) => value + (b[v] ?? 0))
const none = (like: Pieces) => like.map(() => 0)

/** A session or an order. */
export type Holder = object

interface Shortage {
  session: Holder
  variant: number
  missing: number
  sinceS: number
  /** The position among equally old shortages: the older session is first. */
  rank: number
}

interface Purchase {
  session: Holder
  quantity: number[]
  received: number[]
  status: 'sent' | 'partially_received' | 'received' | 'closed' | 'cancelled'
}

const onTheWay: readonly string[] = ['sent', 'partially_received']

/**
 * The stock of two variants, shared by all sessions and direct orders: free, reserved, short and ordered
 * pieces.
 */
export class Stock {
  readonly free = [0, 0]
  readonly #reserved = new Map<Holder, Pieces>()
  #shortages: Shortage[] = []
  readonly #purchases: Purchase[] = []

  reservedFor(holder: Holder): Pieces {
    return this.#reserved.get(holder) ?? none(this.free)
  }

  get reserved(): Pieces {
    return [...this.#reserved.values()].reduce(plus, none(this.free))
  }

  get onHand(): Pieces {
    return plus(this.free, this.reserved)
  }

  /**
   * Adds pieces and reserves them for the holders that wait: `first` before the others, then the longest
   * waiting.
   */
  add(pieces: Pieces, first?: Holder): void {
    pieces.forEach((units, v) => {
      this.free[v] = this.#freeOf(v) + units
      const waiting = this.#shortages
        .filter((shortage) => shortage.variant === v)
        .sort(
          (a, b) =>
            Number(b.session === first) - Number(a.session === first) ||
            a.sinceS - b.sinceS ||
            a.rank - b.rank,
        )
      for (const shortage of waiting) shortage.missing -= this.#take(shortage.session, v, shortage.missing)
    })
    this.#shortages = this.#shortages.filter((shortage) => shortage.missing > 0)
  }

  /** Reserves all of these pieces or none. */
  reserve(holder: Holder, pieces: Pieces): boolean {
    if (pieces.some((units, v) => units > this.#freeOf(v))) return false
    pieces.forEach((units, v) => {
      this.#take(holder, v, units)
    })
    return true
  }

  /** Frees the reserved pieces of a holder, which then waits no more. */
  release(holder: Holder): void {
    this.#shortages = this.#shortages.filter((shortage) => shortage.session !== holder)
    const given = this.reservedFor(holder)
    this.#reserved.delete(holder)
    this.add(given)
  }

  /** Removes the reserved pieces from stock, because they leave with a parcel. */
  ship(holder: Holder): void {
    this.#reserved.delete(holder)
  }

  handOver(from: Holder, to: Holder, pieces: Pieces): void {
    this.#reserved.set(
      from,
      this.reservedFor(from).map((units, v) => units - (pieces[v] ?? 0)),
    )
    this.#reserved.set(to, pieces)
  }

  /**
   * Reserves pieces for a session as far as possible, and orders those that are short and not on their way.
   * Returns the missing pieces.
   */
  cover(
    session: Holder,
    wanted: Pieces,
    by: { isStaff: boolean; nowS: number; rank: number },
  ): { missing: Pieces } {
    wanted.forEach((units, v) => {
      this.#take(session, v, units - (this.reservedFor(session)[v] ?? 0))
    })
    const missing = wanted.map((units, v) => units - (this.reservedFor(session)[v] ?? 0))
    this.#saveShortages(session, missing, by)
    if (sumOf(missing) > 0) this.#callOff(session, missing, by.isStaff)
    return { missing }
  }

  lastPurchaseOf(session: Holder): Purchase | undefined {
    return this.#purchases.findLast((purcha) => purcha.session === session)
  }

  /** Records a delivery. Damaged pieces are still owed by the factory. */
  receive(session: Holder, good: Pieces, damaged: Pieces): boolean {
    const purchase = this.lastPurchaseOf(session)
    if (!purchase || !onTheWay.includes(purchase.status) || sumOf(good) + sumOf(damaged) === 0) return false
    const came = plus(good, damaged)
    if (came.some((units, v) => units > (purchase.quantity[v] ?? 0) - (purchase.received[v] ?? 0)))
      return false
    purchase.received = plus(purchase.received, good)
    purchase.status = isComplete(purchase) ? 'received' : 'partially_received'
    this.add(good, session)
    return true
  }

  endPurchase(session: Holder, how: 'cancel' | 'close'): boolean {
    const purchase = this.lastPurchaseOf(session)
    const from = how === 'cancel' ? ['sent'] : ['partially_received', 'received']
    if (!purchase || !from.includes(purchase.status)) return false
    purchase.status = how === 'cancel' ? 'cancelled' : 'closed'
    return true
  }

  #freeOf(variant: number): number {
    return this.free[variant] ?? 0
  }

  /** Reserves up to this many pieces, as far as they are free. */
  #take(holder: Holder, variant: number, units: number): number {
    const taken = Math.min(units, this.#freeOf(variant))
    this.free[variant] = this.#freeOf(variant) - taken
    this.#reserved.set(
      holder,
      this.reservedFor(holder).map((before, v) => (v === variant ? before + taken : before)),
    )
    return taken
  }

  #saveShortages(session: Holder, missing: Pieces, { nowS, rank }: { nowS: number; rank: number }): void {
    const before = new Map(
      this.#shortages
        .filter((shortage) => shortage.session === session)
        .map((shortage) => [shortage.variant, shortage.sinceS]),
    )
    const now = missing.flatMap((units, variant) =>
      units > 0 ? [{ session, variant, missing: units, sinceS: before.get(variant) ?? nowS, rank }] : [],
    )
    this.#shortages = [...this.#shortages.filter((shortage) => shortage.session !== session), ...now]
  }

  #callOff(session: Holder, missing: Pieces, byStaff: boolean): void {
    const last = this.lastPurchaseOf(session)
    if (last && onTheWay.includes(last.status)) return
    const quantity = missing.map((units, v) => Math.max(0, units - Math.max(0, this.#unclaimed(session, v))))
    if (sumOf(quantity) === 0) return
    const isDue =
      !last || byStaff || last.status === 'received' || (last.status === 'closed' && isComplete(last))
    if (isDue) this.#purchases.push({ session, quantity, received: none(quantity), status: 'sent' })
  }

  /** Returns the pieces on their way that no other session waits for. */
  #unclaimed(session: Holder, variant: number): number {
    const coming = this.#purchases
      .filter((purcha) => onTheWay.includes(purcha.status))
      .reduce((sum, purcha) => sum + (purcha.quantity[variant] ?? 0) - (purcha.received[variant] ?? 0), 0)
    const claimed = this.#shortages
      .filter((shortage) => shortage.variant === variant && shortage.session !== session)
      .reduce((sum, shortage) => sum + shortage.missing, 0)
    return coming - claimed
  }
}

const isComplete = ({ quantity, received }: Purchase) => quantity.every((units, v) => units === received[v])
