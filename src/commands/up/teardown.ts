interface Step {
  name: string
  close: () => Promise<unknown>
}

/**
 * The steps that undo the start of `laku up`. They run in the reverse order of the start, and only once,
 * however often `close` is called.
 */
export class Teardown {
  readonly #steps: Step[] = []
  #closing: Promise<void> | undefined

  /**
   * Adds a step that stops a part of `laku up`. If the stop has already begun, the step is carried out at
   * once.
   */
  async add(name: string, close: Step['close']): Promise<void> {
    if (this.#closing) await close()
    else this.#steps.push({ name, close })
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      await step.close().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
  }
}
