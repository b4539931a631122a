import { appendFileSync, writeFileSync } from 'node:fs'
import type { GlobalFlags } from '../define/context.ts'
import { CliError, exitCodes, messageOf } from '../errors/cli-error.ts'
import { closeToOthers } from '../input/files.ts'
import type { Output } from '../output/output.ts'
import type { Progress } from '../output/progress.ts'
import { printFailure } from './print-failure.ts'
import type { RunEvent } from './protocol.ts'
import type { Surroundings } from './surroundings.ts'

/** Prints the output of a command that runs in a server, as if the command ran on this machine. */
export class Renderer {
  readonly #flags: GlobalFlags
  readonly #argv: readonly string[]
  readonly #around: Surroundings
  /** Returns whether the server may write a file of this name on this machine (own-files.ts). */
  readonly #mayWrite: (name: string) => boolean
  #screen: Promise<{ output: Output; progress: Progress }> | undefined
  /**
   * True after a part of the result was printed. The command can then not be repeated from its beginning,
   * because that part would be printed twice.
   */
  hasPrinted = false
  /** Says which file of the command could not be written; undefined if each was written. */
  notWritten: string | undefined

  constructor(
    flags: GlobalFlags,
    argv: readonly string[],
    around: Surroundings,
    mayWrite: (name: string) => boolean,
  ) {
    this.#flags = flags
    this.#argv = argv
    this.#around = around
    this.#mayWrite = mayWrite
  }

  /** Loads, on first use, the code that draws tables and bars. */
  screen(): Promise<{ output: Output; progress: Progress }> {
    this.#screen ??= this.#open()
    return this.#screen
  }

  async #open() {
    const [{ Output }, { Progress }] = await Promise.all([
      import('../output/output.ts'),
      import('../output/progress.ts'),
    ])
    const { json = false, quiet = false, color = true } = this.#flags
    const { stdout, stderr, env } = this.#around
    const output = new Output({ json, quiet, color, stdout, stderr, env: env as NodeJS.ProcessEnv })
    return { output, progress: new Progress(output) }
  }

  async show(event: RunEvent): Promise<void> {
    if ('answer' in event) {
      this.hasPrinted = true
      this.#around.stdout.write(`${JSON.stringify(event.answer)}\n`)
    } else if ('out' in event) {
      this.hasPrinted = true
      this.#around.stdout.write(event.out)
    } else if ('failure' in event) {
      const { stdout, stderr } = this.#around
      ;(await this.#screen)?.progress.end()
      printFailure(event.failure, this.#argv, { stdout, stderr })
    } else if ('file' in event) {
      this.hasPrinted = true
      this.#write(event)
    } else if ('view' in event || 'note' in event || 'progress' in event || 'step' in event) {
      const { output, progress } = await this.screen()
      if ('view' in event) {
        this.hasPrinted = true
        output.result(undefined, event.view)
      } else if ('note' in event) output.note(event.note)
      else if ('step' in event) progress.step(event.step)
      else if (event.progress) progress.start(event.progress.label, event.progress.total)
      else progress.end()
    }
  }

  #write({ file, data, mode }: { file: string; data: string; mode?: number }): void {
    if (!this.#mayWrite(file))
      throw new CliError(
        exitCodes.unavailable,
        'file_not_asked_for',
        `the server wants to write ${file}, but you did not ask for that file. Nothing was written.`,
      )
    if (this.notWritten !== undefined) return
    const bytes = Buffer.from(data, 'base64')
    try {
      if (mode === undefined) appendFileSync(file, bytes)
      else {
        closeToOthers(file, mode)
        writeFileSync(file, bytes, { mode })
      }
    } catch (error) {
      // The command has done its work by now, so its output must still be printed.
      this.notWritten = `laku: ${file} cannot be written (${messageOf(error)}), so it is missing or not whole. What the command did stays done.\n`
    }
  }
}
