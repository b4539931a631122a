import { messageOf } from '../errors/cli-error.ts'
import type { Surroundings } from './surroundings.ts'

interface Stoppable {
  /**
   * The id of the command's run that goes on in the server without this terminal; undefined if there is none.
   */
  readonly lastingRun: string | undefined
  /**
   * The id of the command, if the command was sent to the server and may have begun there; undefined if
   * nothing was sent, or if the command only reads.
   */
  readonly sentRun: string | undefined
  /** The id of the run that this client began, if the command only reads; otherwise undefined. */
  readonly ownRead: string | undefined
  stop(): Promise<void>
}

export interface CtrlC {
  /**
   * Resolves once the person has answered the question that Ctrl-C raised. Until then, no output is printed.
   */
  answered(): Promise<void>
  close(): void
}

const goOn = 'go on watching'
const stopIt = 'stop the work between two of its steps'
const leave = 'leave: the work goes on in the server'
/** The longest time in which the server is asked to stop a read of a closed terminal (ms). */
const STOP_WITHIN_MS = 2_000
/** The control sequence that shows the cursor of a terminal, which a question hides. */
const SHOW_CURSOR = '\u001b[?25h'

/**
 * While a server runs work that does not need this terminal, Ctrl-C asks the person whether to stop that
 * work. A second Ctrl-C ends the client at once. If nobody can be asked, the first one does. The client then
 * says how to attach to the work again. When the terminal is closed (SIGHUP), nobody can be asked: a read
 * ends in the server, and a change goes on.
 */
export function watchForCtrlC(around: Surroundings, work: Stoppable): CtrlC {
  let question: Promise<void> | undefined
  const end = around.endBySignal ?? endProcess
  let hasLeft = false
  const leaveWith = (said: string) => {
    if (hasLeft) return
    hasLeft = true
    around.stderr.write(said)
    close()
    end('SIGINT')
  }
  const pressed = () => {
    const { lastingRun: run, sentRun } = work
    const { prompts, stderr } = around
    if (run === undefined) return leaveWith(sentRun === undefined ? '' : mayHaveBegun(sentRun))
    if (!prompts) return leaveWith(goesOn(run))
    // The code of the question takes a moment to load. A second Ctrl-C that comes before the question is not
    // read by the question, but comes here.
    if (question) return leaveWith(`${stderr.isTTY ? `${SHOW_CURSOR}\n` : ''}${goesOn(run)}`)
    question = ask(run).finally(() => {
      question = undefined
    })
  }
  const ask = async (run: string) => {
    const { prompts, stderr } = around
    const answer = await prompts
      ?.choose('Stop the work?', [goOn, stopIt, leave])
      // If the person presses Ctrl-C again instead of answering, this counts as the answer "leave": the work
      // goes on in the server.
      .catch(() => leave)
    if (answer === stopIt)
      await work.stop().catch((error: unknown) => {
        const why = messageOf(error)
        stderr.write(`laku: the work could not be stopped: ${why}\n`)
      })
    if (answer === leave) leaveWith(goesOn(run))
  }
  // The terminal was closed. A change goes on in the server, and its person finds it with laku commands list.
  // A read that takes long would go on as well, but nobody wants its output.
  const hungUp = async () => {
    if (hasLeft) return
    hasLeft = true
    if (work.ownRead !== undefined)
      await Promise.race([
        work.stop().catch(() => {}),
        new Promise((over) => setTimeout(over, STOP_WITHIN_MS)),
      ])
    close()
    end('SIGHUP')
  }
  const close = () => {
    process.off('SIGINT', pressed)
    process.off('SIGHUP', hungUp)
  }
  process.on('SIGINT', pressed)
  if (!around.outlivesHangUp) process.on('SIGHUP', hungUp)
  return {
    answered: async () => await question,
    close,
  }
}

const goesOn = (run: string) => `The work goes on: laku commands attach ${run}\n`

const mayHaveBegun = (run: string) => `The command may have begun: laku commands show ${run}\n`

/** Ends this process by the signal that it got, so that the shell sees an interrupted command. */
function endProcess(signal: NodeJS.Signals): void {
  process.kill(process.pid, signal)
}
