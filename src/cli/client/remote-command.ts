import type { Readable } from 'node:stream'
import type { Chosen } from '../define/program.ts'
import { CliError, exitCodes, usageError } from '../errors/cli-error.ts'
import { parseDurationS } from '../output/times.ts'
import { type CtrlC, watchForCtrlC } from './ctrl-c.ts'
import type { FoundShop } from './find-shop.ts'
import { mayHaveBegunBefore, serverAway, waitedFor } from './lost-connection.ts'
import { CommandFile, mayWrite } from './own-files.ts'
import {
  type CommandRequest,
  JOB_AFTER_MS,
  type Question,
  type RunEvent,
  type StreamLine,
  type TerminalFacts,
  TOKEN_ENDS_HEADER,
} from './protocol.ts'
import { Renderer } from './render.ts'
import { call, linesOf, StaffServerUnreachable } from './staff-server.ts'
import type { Surroundings, WaitingTime } from './surroundings.ts'

// `getBuiltinModule` is used because an import would read every export of node:crypto, which costs 7 ms of
// processor time.
const { randomUUID } = process.getBuiltinModule('node:crypto')

export type RemoteShop = Extract<FoundShop, { by: 'server' }>

/**
 * The time for which the client tries to resume the output of a command after a broken connection, if --wait
 * is not given (ms).
 */
const TAKE_UP_MS = 60_000
const PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

export const realTime: WaitingTime = {
  nowMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

/** One command that runs in a server; this machine prints its output. */
export class RemoteCommand {
  readonly #shop: RemoteShop
  readonly #chosen: Chosen
  readonly #around: Surroundings
  readonly #time: WaitingTime
  readonly #renderer: Renderer
  readonly #request: CommandRequest
  readonly #file = new CommandFile()
  /** The number of the next line to read from the server; all earlier lines are printed. */
  #next = 0
  #run: string | undefined
  #ctrlC: CtrlC | undefined
  #begunAt = Number.NEGATIVE_INFINITY
  /** The exit code with which the command ended; undefined until the server reports that it ended. */
  #exitCode: number | undefined
  #wasInterrupted = false
  #isAttached = false
  #question: Question | undefined
  /**
   * The code from the second factor of the person who gives the command. This code is sent in an HTTP header
   * and not in the command. So a command that is sent again with a new code counts as the same command.
   */
  readonly #code: string | undefined
  #saidTokenEnds = false
  /**
   * The number of the command's questions that were answered so far. The client has already displayed all
   * output before the last of these questions. So when the command runs again, the client skips that output.
   */
  #skipUntil = 0
  readonly #deadline: number | undefined
  /** True after the command was handed over to the network. */
  #isSent = false
  /** True after the connection broke while the server may have begun the command. */
  #mayHaveBegun = false

  constructor(shop: RemoteShop, chosen: Chosen, argv: readonly string[], around: Surroundings) {
    this.#shop = shop
    this.#chosen = chosen
    this.#around = around
    this.#time = around.time ?? realTime
    const { flags, path, shape } = chosen
    this.#renderer = new Renderer(flags, argv, around, (name) => mayWrite(name, chosen))
    const { json = false, quiet = false, yes = false, debug = false, idempotencyKey } = flags
    const { own, code } = withoutCode(chosen)
    this.#code = code
    this.#request = {
      id: randomUUID(),
      ...(idempotencyKey !== undefined && { key: idempotencyKey }),
      path,
      input: own,
      json,
      quiet,
      debug,
      mayAsk: around.prompts !== undefined && !yes && !json,
      answers: [],
      knownBy: shop.knownBy,
    }
    if (idempotencyKey !== undefined && shape.reads)
      throw usageError(
        '--idempotency-key cannot be used here, because this command only reads. Leave it out.',
      )
    const waitS = flags.wait === undefined ? undefined : parseDurationS(flags.wait)
    if (flags.wait !== undefined && waitS === undefined)
      throw usageError(`--wait is "${flags.wait}": it takes a duration like 30m`)
    this.#deadline = waitS === undefined ? undefined : this.#time.nowMs() + waitS * 1000
  }

  /** Runs the command to its end and sets the exit code. Throws a CliError. */
  async run(): Promise<void> {
    await this.#nameTheShop()
    for (;;) {
      this.#lookAtFile()
      this.#begunAt = this.#time.nowMs()
      await this.#watch(() => this.#begin())
      if (!this.#question) break
      await this.#answer(this.#question)
    }
    this.#exit()
  }

  /**
   * Displays the output of a command that was begun earlier, until the command ends. Then sets the exit code
   * of this process to the command's exit code.
   */
  async attach(id: string): Promise<void> {
    this.#run = id
    this.#isAttached = true
    await this.#watch(() => this.#takeUp(id))
    this.#exit()
  }

  /** Sets the exit code, and says which file could not be written on this machine. */
  #exit(): void {
    const { notWritten } = this.#renderer
    const code = this.#exitCode ?? exitCodes.done
    if (notWritten !== undefined) this.#around.stderr.write(notWritten)
    this.#around.exitWith(notWritten !== undefined && code === exitCodes.done ? exitCodes.failed : code)
  }

  async #watch(open: () => Promise<AsyncGenerator<StreamLine>>): Promise<void> {
    this.#ctrlC = watchForCtrlC(this.#around, this)
    try {
      await this.#streamRun(open)
      await this.#ctrlC.answered()
    } finally {
      this.#ctrlC.close()
    }
  }

  /**
   * Returns the current content of a live view, as text drawn for this terminal. `over` is aborted when
   * nobody wants the content any more. Throws StaffServerUnreachable if the server ends before its answer.
   */
  async picture(terminal: TerminalFacts, over?: AbortSignal): Promise<string> {
    const request = { ...this.#request, id: randomUUID(), mayAsk: false, terminal }
    const answer = await this.#post(request, undefined, over)
    let text: string | undefined
    for await (const line of linesOf(this.#shop.staffServer, answer)) {
      if ('view' in line) text = line.view.map(String).join('\n\n')
      if ('failure' in line) {
        const { exitCode, code, message, details } = line.failure
        throw new CliError(exitCode as never, code.replace(/^cli\./, ''), message, details)
      }
    }
    if (text === undefined) throw cutOff()
    return text
  }

  /** The end of the time given with --wait, by the client's clock (ms); undefined without --wait. */
  get deadline(): number | undefined {
    return this.#deadline
  }

  /** The id of the command's run, if it goes on in the server without this client; otherwise undefined. */
  get lastingRun(): string | undefined {
    const isShortRead = this.#chosen.shape.reads && this.#time.nowMs() - this.#begunAt < JOB_AFTER_MS
    return isShortRead ? undefined : this.#run
  }

  /**
   * The id of the command, if the command was sent and may have begun, although the server has not answered
   * yet; otherwise undefined.
   */
  get sentRun(): string | undefined {
    if (this.#chosen.shape.reads) return undefined
    return this.#run ?? (this.#isSent ? this.#request.id : undefined)
  }

  /** The id of the run that this client began, if the command only reads. */
  get ownRead(): string | undefined {
    return this.#chosen.shape.reads && !this.#isAttached ? this.#run : undefined
  }

  /** Asks the server to stop the command's run between two of its steps. */
  async stop(): Promise<void> {
    if (this.#run === undefined) return
    const request: CommandRequest = {
      ...this.#request,
      id: randomUUID(),
      path: ['commands', 'stop'],
      input: { run: this.#run, reason: 'stopped at the terminal' },
      json: true,
      mayAsk: false,
      answers: [],
    }
    delete request.key
    const answer = await this.#post(request)
    answer.resume()
  }

  /** Prints the name of the shop in which the command is about to change something. */
  async #nameTheShop(): Promise<void> {
    const { shape, input, flags } = this.#chosen
    if (shape.reads || input.dryRun || flags.quiet) return
    const { output } = await this.#renderer.screen()
    output.note(`On ${this.#shop.name}, ${this.#shop.staffServer.server}.`)
  }

  #lookAtFile(): void {
    const file = this.#file.look({ ...this.#chosen, input: this.#request.input })
    if (file) this.#request.file = file
  }

  async #post(request: CommandRequest, file?: Readable, signal?: AbortSignal) {
    const [noun = '', verb = ''] = request.path
    const answer = await call(this.#shop.staffServer, {
      method: 'POST',
      path: `api/commands/${noun}/${verb}`,
      line: `${JSON.stringify(request)}\n`,
      file,
      code: this.#code,
      signal,
    })
    await this.#sayTokenEnds(answer.headers[TOKEN_ENDS_HEADER])
    return answer
  }

  /**
   * Notifies a person at a terminal that their token ends soon. Scripts get this information from `laku
   * doctor` and `laku attention list`.
   */
  async #sayTokenEnds(endsAt: string | string[] | undefined): Promise<void> {
    const { quiet, json } = this.#chosen.flags
    if (typeof endsAt !== 'string' || this.#saidTokenEnds || quiet || json) return
    this.#saidTokenEnds = true
    const { output } = await this.#renderer.screen()
    const day = endsAt.slice(0, 10)
    output.note(
      `Your token for ${this.#shop.name} ends on ${day}: an administrator renews it (laku auth staff renew).`,
    )
  }

  async #begin(): Promise<AsyncGenerator<StreamLine>> {
    this.#next = 0
    const body = await this.#file.body()
    this.#isSent = true
    return linesOf(this.#shop.staffServer, await this.#post(this.#request, body))
  }

  async #takeUp(id: string): Promise<AsyncGenerator<StreamLine>> {
    const answer = await call(this.#shop.staffServer, {
      method: 'GET',
      path: `api/commands/${id}?from=${this.#next}`,
    })
    return linesOf(this.#shop.staffServer, answer)
  }

  /**
   * Displays the output that the server sends for a command until the command ends. Resumes the output after
   * a broken connection.
   */
  async #streamRun(open: () => Promise<AsyncGenerator<StreamLine>>): Promise<void> {
    this.#question = undefined
    let again = open
    let brokenAt: number | undefined
    let isSent = false
    let pause = PAUSE_MS
    for (;;) {
      try {
        const lines = await again()
        for await (const line of lines) {
          brokenAt = undefined
          pause = PAUSE_MS
          await this.#ctrlC?.answered()
          await this.#take(line)
        }
        if (this.#question) return
        if (this.#exitCode !== undefined && !this.#mayRunAgain()) return
        if (this.#exitCode === undefined) throw cutOff()
        this.#exitCode = undefined
        again = () => this.#begin()
      } catch (thrown) {
        const error = this.#deadline === undefined ? thrown : waitedFor(thrown)
        if (!(error instanceof StaffServerUnreachable)) {
          const isGone =
            error instanceof CliError && error.code === 'cli.no_such_run' && brokenAt !== undefined
          // After a broken connection, the server does not know this run: it keeps no record of a command
          // that only reads. So the client sends the command again, unless some of its output is already
          // printed.
          if (!isGone || !this.#chosen.shape.reads || this.#renderer.hasPrinted)
            throw mayHaveBegunBefore(error, this.#uncertainRun)
          again = () => this.#begin()
          continue
        }
        brokenAt ??= this.#time.nowMs()
        if (error.sent !== 'no') this.#mayHaveBegun = true
        // No byte left this machine, now or before: Ctrl-C must not say that the command may have begun.
        if (!this.#mayHaveBegun) this.#isSent = false
        if (error.sent === 'whole') isSent = true
        // A command that was sent whole is sent again under the same id: the server does it only once, and
        // tells how it ends.
        const goesOn = this.#run !== undefined || isSent
        const until = this.#deadline ?? (goesOn ? brokenAt + TAKE_UP_MS : 0)
        if (this.#time.nowMs() + pause > until)
          throw serverAway(error, { run: this.#run, uncertainRun: this.#uncertainRun })
        await this.#time.sleep(pause)
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
        const id = this.#run
        if (id !== undefined) again = () => this.#takeUp(id)
      }
    }
  }

  /**
   * Returns whether to run the command again. This is true if the server stopped before the command was done,
   * and the time given with --wait is not over. The new run has the same idempotency key.
   */
  #mayRunAgain(): boolean {
    if (!this.#wasInterrupted || this.#deadline === undefined || this.#time.nowMs() > this.#deadline)
      return false
    this.#request.key ??= this.#request.id
    this.#wasInterrupted = false
    return true
  }

  /** The id of a change that was sent and may have begun, while the server has not named its run. */
  get #uncertainRun(): string | undefined {
    const isUncertain = this.#run === undefined && this.#mayHaveBegun && !this.#chosen.shape.reads
    return isUncertain ? this.#request.id : undefined
  }

  async #take(line: StreamLine): Promise<void> {
    if ('run' in line) this.#run = line.run
    if (!('n' in line) || line.n < this.#next) return
    this.#next = line.n + 1
    await this.#event(line)
  }

  async #event(event: RunEvent): Promise<void> {
    if ('end' in event) this.#exitCode = event.end
    else if ('ask' in event) this.#question = event.ask
    else if ('answered' in event) {
      if (event.answered >= this.#skipUntil) this.#skipUntil = 0
    } else if (this.#skipUntil === 0) {
      this.#wasInterrupted = 'failure' in event && event.failure.code === 'cli.interrupted'
      // With --wait, an interrupted command is run again. So the person sees only how the last run ended.
      if (!(this.#wasInterrupted && this.#deadline !== undefined)) await this.#renderer.show(event)
    }
  }

  /**
   * Asks the person the command's question, and sends the command to the server again with the answer. The
   * command may run twice, because it changes nothing before its question.
   */
  async #answer(question: Question): Promise<void> {
    const { prompts } = this.#around
    if (!prompts) throw usageError(`${question.message}: nobody is there to answer`)
    const { kind, message, choices = [] } = question
    const answer = kind === 'choose' ? await prompts.choose(message, choices) : await prompts[kind](message)
    const missing = this.#chosen.shape.args.find(
      (arg) =>
        arg.isFile && this.#request.input[arg.name] === undefined && message.startsWith(`${arg.name} (`),
    )
    if (missing) this.#request.input[missing.name] = answer.trim()
    else this.#request.answers = [...this.#request.answers, answer]
    this.#skipUntil = this.#request.answers.length
    this.#request.id = randomUUID()
    this.#next = 0
    this.#run = undefined
    this.#mayHaveBegun = false
    this.#isSent = false
  }
}

const cutOff = () => new StaffServerUnreachable('the stream ended before the command did', { sent: 'whole' })

/**
 * Takes the option `--code` out of a command's input if it is the code of a second factor. Returns that code,
 * and the rest of the input (`own`).
 */
function withoutCode({ shape, input }: Chosen): { own: Record<string, unknown>; code: string | undefined } {
  const own = { ...input }
  const { code } = own
  if (typeof code !== 'string' || !shape.secondPerson) return { own, code: undefined }
  delete own.code
  return { own, code }
}
