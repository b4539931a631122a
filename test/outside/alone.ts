import { expect } from 'vitest'
import { limits } from './limits.ts'

type Budget = 'given' | 'settlement' | 'withdrawal'

const DAY_MS = 86_400_000
const most: Record<Budget, { day: number; week: number }> = {
  given: { day: limits.aloneDayIdr, week: limits.aloneWeekIdr },
  settlement: { day: limits.settlementDayIdr, week: limits.settlementWeekIdr },
  withdrawal: { day: limits.withdrawalDayIdr, week: limits.withdrawalWeekIdr },
}

interface Use {
  budget: Budget
  person: string
  receiver: string
  amountIdr: number
  atMs: number
  /** The code of the settlement or withdrawal. */
  of: string | undefined
}

/**
 * Counts what one person gave away alone, and what one receiver got so, within a day and within seven days.
 */
export class Alone {
  #uses: Use[] = []

  note(budget: Budget, person: string, receiver: string, amountIdr: number, at: Date, of?: string): void {
    const atMs = at.getTime()
    // If a decision is made again, it replaces the earlier one.
    this.takeBack(of)
    this.#uses.push({ budget, person, receiver, amountIdr, atMs, of })
    for (const by of ['person', 'receiver'] as const)
      for (const [within, days] of [
        ['day', 1],
        ['week', 7],
      ] as const) {
        const same = this.#uses.filter(
          (use) =>
            use.budget === budget && use[by] === { person, receiver }[by] && use.atMs > atMs - days * DAY_MS,
        )
        const sum = same.reduce((idr, row) => idr + row.amountIdr, 0)
        expect(sum, `${budget} alone by one ${by} within a ${within}`).toBeLessThanOrEqual(
          most[budget][within],
        )
      }
  }

  /** Forgets the decision about a settlement or withdrawal, because it was stopped before its money left. */
  takeBack(of: string | undefined): void {
    if (of !== undefined) this.#uses = this.#uses.filter((use) => use.of !== of)
  }

  forget(): void {
    this.#uses = []
  }

  /** Returns a function that restores the present counts, because a restored database counts from there. */
  remember(): () => void {
    const uses = [...this.#uses]
    return () => {
      this.#uses = uses
    }
  }
}
