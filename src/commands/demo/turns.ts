/** A turn of one of several speakers, who print one after another. */
export interface Turn {
  /** Prints now if all earlier turns are done, and otherwise as soon as they are. */
  now(say: () => void): void
  /** Ends this turn: it prints nothing more, and the next turn may print. */
  done(): void
}

/** Lets flows that run side by side print one after another, in the order in which they took their turns. */
export class Turns {
  readonly #turns: { waiting: (() => void)[]; done: boolean }[] = []

  /** Returns a new turn, which comes after all turns given out before. */
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
