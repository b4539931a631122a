import type { Output } from './output.ts'

const ENTER = '\u001b[?1049h\u001b[?25l'
const LEAVE = '\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
const CLEAR_LINE = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const endKeys = ['q', 'Q', CTRL_C, CTRL_D]

/**
 * Draws a live view on the terminal's alternate screen. Draws it again at every interval, and when the
 * terminal changes its size, until q or Ctrl-C. Then it restores the normal screen and prints the last
 * content below the earlier output.
 */
export async function showLive(output: Output, everyS: number, draw: () => Promise<string>): Promise<void> {
  const keys = new Keys()
  let last = ''
  output.raw(ENTER)
  try {
    while (!keys.ended) {
      // The person need not wait for the answer of a server that is away or busy.
      const drawn = await Promise.race([draw(), keys.over])
      if (drawn === undefined) break
      last = drawn
      // Writes over the previous content of the live view line by line: a cleared screen would flicker.
      const lines = [...last.split('\n'), '', output.style.dim('q or Ctrl-C ends the watch')]
      output.raw(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}`).join('\n')}${CLEAR_BELOW}`)
      await keys.wait(everyS * 1000)
    }
  } finally {
    keys.close()
    output.raw(LEAVE)
  }
  if (last !== '') output.raw(`${last}\n`)
}

/** The keys and signals that end a live view, and the changes of the terminal's size that redraw it early. */
class Keys {
  ended = false
  readonly #over = Promise.withResolvers<undefined>()
  #wake = () => {}
  readonly #end = () => {
    this.ended = true
    this.#over.resolve(undefined)
    this.#wake()
  }
  readonly #again = () => this.#wake()
  readonly #typed = (text: string) => {
    if ([...text].some((key) => endKeys.includes(key))) this.#end()
  }

  constructor() {
    process.once('SIGINT', this.#end)
    process.once('SIGTERM', this.#end)
    process.stdout.on('resize', this.#again)
    if (!process.stdin.isTTY) return
    // The terminal is set to raw mode: keys are read as they are typed, and do not appear in the live view.
    process.stdin.setRawMode(true).setEncoding('utf8').on('data', this.#typed).resume()
  }

  /** Resolves when a key or a signal ends the live view. */
  get over(): Promise<undefined> {
    return this.#over.promise
  }

  /**
   * Waits before the next drawing of a live view (ms). A key, a signal or a new size of the terminal ends the
   * wait early.
   */
  wait(ms: number): Promise<void> {
    if (this.ended) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  close(): void {
    process.off('SIGINT', this.#end).off('SIGTERM', this.#end)
    process.stdout.off('resize', this.#again)
    if (process.stdin.isTTY) process.stdin.setRawMode(false).off('data', this.#typed).pause()
  }
}
