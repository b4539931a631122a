import { bankActs } from './bank-acts.ts'
import type { House } from './house.ts'
import { providerActs } from './provider-acts.ts'
import { shopActs } from './shop-acts.ts'
import { worldActs } from './world-acts.ts'

/** The random numbers of an act, which are used one after the other. */
export class Dice {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  below(limit: number): number {
    return (this.#numbers[this.#at++ % this.#numbers.length] ?? 0) % limit
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T
  }
}

/** The result of an act that found no object to act on. */
export const NOTHING = 'nothing'

export type Act = (house: House, dice: Dice) => Promise<unknown>

const acts = { ...shopActs, ...providerActs, ...bankActs, ...worldActs }
export type ActName = keyof typeof acts
export const actNamed: Record<string, Act> = acts

/** The frequency of each act. Acts that disturb a history are rarer than acts that build it up. */
export const weights: Record<ActName, number> = {
  sell: 2,
  'bring to payment': 8,
  settle: 2,
  approve: 3,
  'approve in slices': 1,
  pay: 3,
  'decide a settlement': 2,
  retry: 5,
  'buy and pay': 5,
  'bring to a refund': 8,
  refund: 4,
  'retry a refund': 4,
  goodwill: 3,
  'goodwill in slices': 1,
  'decide what is asked': 2,
  withdraw: 5,
  'withdraw in slices': 1,
  'decide a withdrawal': 3,
  send: 10,
  'send and sleep': 4,
  wake: 3,
  look: 6,
  'say of a payout': 8,
  'contradict of a payout': 7,
  'say of a refund': 8,
  'contradict of a refund': 8,
  'read the updates': 5,
  'let lists lag': 2,
  'take back a payment': 1,
  'win a dispute': 1,
  'pay out a stranger': 1,
  'read the book': 3,
  export: 5,
  'hear the bank': 6,
  'come back from the bank': 2,
  'take a batch back': 2,
  pass: 6,
  'back up': 4,
  restore: 6,
}
