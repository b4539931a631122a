/** Pieces of one variant: free, reserved for the session or for its orders, and what the factory owes. */
export class ModelStock {
  free = 0
  reserved = 0
  ordered = 0
  /** What the session lacked when it was last looked at, less what came since. */
  missing = 0
  purchase: { quantity: number; received: number; status: string } | undefined

  add(units: number): void {
    this.free += units
    const taken = Math.min(this.missing, this.free)
    this.free -= taken
    this.reserved += taken
    this.missing -= taken
  }

  /** All that is reserved for the session is free again, and nobody waits for more. */
  release(): void {
    this.free += this.reserved
    this.reserved = 0
    this.missing = 0
  }

  /** Reserves what is wanted as far as it goes, and calls the rest off where a purchase order may be made. */
  cover(wanted: number, byStaff: boolean): void {
    const taken = Math.min(wanted - this.reserved, this.free)
    this.free -= taken
    this.reserved += taken
    this.missing = wanted - this.reserved
    const last = this.purchase
    if (this.missing === 0 || (last && ['sent', 'partially_received'].includes(last.status))) return
    const complete = last?.status === 'closed' && last.received === last.quantity
    if (!last || byStaff || last.status === 'received' || complete)
      this.purchase = { quantity: this.missing, received: 0, status: 'sent' }
  }

  /** Those of a queue whose pieces are there, strictly in turn; their pieces are now their orders'. */
  serve<P extends { units: number }>(queue: readonly P[]): P[] {
    let left = this.reserved
    const served = queue.filter(({ units }) => {
      const covered = units <= left
      left = Math.max(0, left - units)
      return covered
    })
    const units = served.reduce((sum, one) => sum + one.units, 0)
    this.reserved -= units
    this.ordered += units
    return served
  }

  receive(good: number, damaged: number): boolean {
    const { purchase } = this
    if (!purchase || !['sent', 'partially_received'].includes(purchase.status)) return false
    if (good + damaged === 0 || good > purchase.quantity - purchase.received) return false
    purchase.received += good
    purchase.status = purchase.received === purchase.quantity ? 'received' : 'partially_received'
    this.add(good)
    return true
  }

  endPurchase(how: 'cancel' | 'close'): boolean {
    const { purchase } = this
    const from = how === 'cancel' ? ['sent'] : ['partially_received', 'received']
    if (!purchase || !from.includes(purchase.status)) return false
    purchase.status = how === 'cancel' ? 'cancelled' : 'closed'
    return true
  }
}
