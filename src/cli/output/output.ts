import { toWire } from '../../domain/kernel/wire.ts'
import type { RunEvent } from '../client/protocol.ts'
import { type Block, drawView } from '../client/view.ts'
import { printable, wrapped } from './format.ts'
import { createStyle, type Style, wantsColor } from './style.ts'

export interface Stream {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  rows?: number
}

export interface OutputOptions {
  json: boolean
  quiet: boolean
  color: boolean
  stdout?: Stream
  stderr?: Stream
  env?: NodeJS.ProcessEnv
  /** Receives the command's output and prints it. If absent, the output goes to stdout and stderr. */
  emit?: (event: RunEvent) => void
  /** Resolves when the receiver of the command's output has room for more. */
  ready?: () => Promise<void>
}

/**
 * The output of a command: the result goes to stdout in the form that was asked for, and everything else to
 * stderr.
 */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly style: Style
  readonly stderr: Stream
  readonly noteStyle: Style
  readonly emit: ((event: RunEvent) => void) | undefined
  readonly #stdout: Stream
  readonly #ready: (() => Promise<void>) | undefined

  constructor(options: OutputOptions) {
    const {
      json,
      quiet,
      color,
      stdout = process.stdout,
      stderr = process.stderr,
      env = process.env,
      emit,
      ready,
    } = options
    this.json = json
    this.quiet = quiet
    this.emit = emit
    this.#ready = ready
    this.#stdout = stdout
    this.stderr = stderr
    this.style = createStyle(!json && wantsColor(stdout, color, env))
    this.noteStyle = createStyle(wantsColor(stderr, color, env))
  }

  /** Returns the width of the terminal as it is now, where there is a terminal. */
  get width(): number | undefined {
    return this.#stdout.isTTY ? (this.#stdout.columns ?? 80) : undefined
  }

  /** Returns the height of the terminal, if there is one: a live view must not be higher. */
  get height(): number | undefined {
    return this.#stdout.isTTY ? (this.#stdout.rows ?? 24) : undefined
  }

  /**
   * Prints the command's result: with --json as a value in the shape of the HTTP API, otherwise as texts and
   * tables for people.
   */
  result(value: unknown, view: string | readonly Block[] = []): void {
    const blocks = typeof view === 'string' ? [view] : view
    if (this.json) {
      const answer = toWire(value) ?? null
      if (this.emit) this.emit({ answer })
      else this.raw(`${JSON.stringify(answer)}\n`)
      return
    }
    if (this.emit) {
      if (blocks.length > 0) this.emit({ view: blocks })
      return
    }
    const text = drawView(blocks, { style: this.style, width: this.width })
    if (text) this.raw(`${text}\n`)
  }

  /** Prints a part of the command's result as it is, for text that already has its final form, like CSV. */
  raw(text: string): void {
    if (this.emit) this.emit({ out: text })
    else this.#stdout.write(text)
  }

  /**
   * Resolves when there is room for more output: a large output waits until its reader has taken the earlier
   * part.
   */
  async ready(): Promise<void> {
    await this.#ready?.()
  }

  /** Prints something worth knowing that is not part of the result. */
  note(text: string): void {
    if (this.quiet) return
    if (this.emit) {
      this.emit({ note: text })
      return
    }
    const lines = text.split('\n').map(printable).join('\n')
    this.stderr.write(`${wrapped(lines, this.stderr.isTTY ? this.stderr.columns : undefined)}\n`)
  }
}
