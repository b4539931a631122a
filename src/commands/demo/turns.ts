/** A slot in the order of printing, for one of several flows that print one after another. */
export interface Turn {
  /** Prints now if all earlier slots are done, and otherwise as soon as they are. */
  now(say: () => void): void
  /** Ends this slot: it prints nothing more, and the next slot may print. */
  done(): void
}

/**
 * The slots of flows that run side by side: the flows print one after another, in the order in which they got
 * their slots.
 */
export class Turns {
  readonly #turns: { waiting: (() => void)[]; done: boolean }[] = []

  /** Returns a new slot in the order of printing, after all slots returned before. */
  next(): Turn {
    const turn = { waiting: [] as (() => void)[], done: false }
    this.#turns.push(turn)
    return {
      now: (say) => {
        turn.waiting.push(say)
        this.#tell()
      },
      done: () => {
        turn.done = true
        this.#tell()
      },
    }
  }

  #tell(): void {
    for (let first = this.#turns[0]; first; first = this.#turns[0]) {
      for (const say of first.waiting.splice(0)) say()
      if (!first.done) return
      this.#turns.shift()
    }
  }
}
