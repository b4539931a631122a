import { printable } from './format.ts'
import type { Output } from './output.ts'

const BAR = 24
const ERASE_LINE = '\r\u001b[2K'

/** Shows the progress of long work on stderr: a moving bar on a terminal, one line per step elsewhere. */
export class Progress {
  readonly #output: Output
  readonly #check: () => void
  #total = 0
  #done = 0
  #label = ''

  /**
   * Creates the display of one command's progress. `check` runs at each step of the command's work, and
   * throws if somebody stopped the work.
   */
  constructor(output: Output, check: () => void = () => {}) {
    this.#output = output
    this.#check = check
  }

  start(label: string, total: number): void {
    this.#label = label
    this.#total = total
    this.#done = 0
    if (this.#output.emit) this.#output.emit({ progress: { label, total } })
    else this.#draw()
  }

  /** Marks one step as done, and prints the step's result on a line that remains. */
  step(text: string): void {
    this.#check()
    this.#done++
    if (this.#output.emit) {
      if (!this.#output.quiet) this.#output.emit({ step: text })
      return
    }
    if (this.#isMoving()) this.#output.stderr.write(ERASE_LINE)
    this.#output.note(text)
    this.#draw()
  }

  end(): void {
    if (this.#output.emit && this.#total > 0) this.#output.emit({ progress: null })
    if (this.#total > 0 && this.#isMoving()) this.#output.stderr.write(ERASE_LINE)
    this.#total = 0
  }

  #isMoving(): boolean {
    return this.#output.stderr.isTTY === true && !this.#output.quiet
  }

  #draw(): void {
    if (this.#total === 0 || !this.#isMoving()) return
    const filled = Math.round((BAR * this.#done) / this.#total)
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`
    this.#output.stderr.write(`${ERASE_LINE}${bar} ${this.#done}/${this.#total} ${printable(this.#label)}`)
  }
}
