/** One of several speakers who print in turn. */
export interface Turn {
  /** Prints now if all earlier turns are done, and else when they are. */
  now(say: () => void): void
  /** This turn prints nothing more: the next one may print. */
  done(): void
}

/** Lets flows that run side by side print one after another, in the order in which they took their turns. */
export class Turns {
  readonly #turns: { waiting: (() => void)[]; done: boolean }[] = []

  /** The turn after all that were given out. */
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
