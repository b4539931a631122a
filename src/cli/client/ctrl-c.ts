import type { Surroundings } from './surroundings.ts'

interface Stoppable {
  /** The run that goes on without this terminal; undefined while there is none. */
  readonly lastingRun: string | undefined
  stop(): Promise<void>
}

export interface CtrlC {
  /** Resolves once the person has answered: meanwhile nothing else is printed. */
  answered(): Promise<void>
  close(): void
}

const goOn = 'go on watching'
const stopIt = 'stop the work between two of its steps'
const leave = 'leave: the work goes on in the server'

/**
 * While work runs in a server, Ctrl-C asks the person whether to stop that work, which goes on without this
 * terminal. Where nobody can be asked, Ctrl-C ends the client and says how to attach to the work again.
 */
export function watchForCtrlC(around: Surroundings, work: Stoppable): CtrlC {
  let question: Promise<void> | undefined
  const end = around.endBySignal ?? endProcess
  const pressed = () => {
    const { lastingRun: run } = work
    const { prompts, stderr } = around
    if (run === undefined || !prompts) {
      if (run !== undefined) stderr.write(goesOn(run))
      process.off('SIGINT', pressed)
      end()
      return
    }
    question ??= ask(run).finally(() => {
      question = undefined
    })
  }
  const ask = async (run: string) => {
    const { prompts, stderr } = around
    const answer = await prompts
      ?.choose('What shall become of the work?', [goOn, stopIt, leave])
      // A second Ctrl-C leaves the question without an answer.
      .catch(() => leave)
    if (answer === stopIt)
      await work.stop().catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error)
        stderr.write(`laku: the work could not be stopped: ${why}\n`)
      })
    if (answer !== leave) return
    stderr.write(goesOn(run))
    process.off('SIGINT', pressed)
    end()
  }
  process.on('SIGINT', pressed)
  return {
    answered: async () => await question,
    close: () => process.off('SIGINT', pressed),
  }
}

const goesOn = (run: string) => `The work goes on: laku commands attach ${run}\n`

/** Ends as a process ends that nobody asks: a shell sees that it was interrupted. */
function endProcess(): void {
  process.kill(process.pid, 'SIGINT')
}
