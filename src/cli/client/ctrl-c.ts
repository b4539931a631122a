import type { Surroundings } from './surroundings.ts'

interface Stoppable {
  readonly runId: string | undefined
  stop(): Promise<void>
}

const goOn = 'go on watching'
const stopIt = 'stop the work between two of its steps'
const leave = 'leave: the work goes on in the server'

/**
 * Makes Ctrl-C ask the person whether to stop the work that runs in a server; that work goes on without this
 * terminal.
 */
export function watchForCtrlC(around: Surroundings, work: Stoppable): { close: () => void } {
  let isAsking = false
  const asked = () => {
    const { runId } = work
    if (runId === undefined || !around.prompts) {
      if (runId !== undefined) around.stderr.write(`The work goes on: laku commands attach ${runId}\n`)
      process.off('SIGINT', asked)
      process.kill(process.pid, 'SIGINT')
      return
    }
    if (isAsking) return
    isAsking = true
    around.prompts
      .choose('What shall become of the work?', [goOn, stopIt, leave])
      .catch(() => leave)
      .then(async (answer) => {
        isAsking = false
        if (answer === stopIt) await work.stop()
        if (answer !== leave) return
        around.stderr.write(`The work goes on: laku commands attach ${runId}\n`)
        process.exit(130)
      })
      .catch((error: unknown) => {
        around.stderr.write(
          `laku: it could not be stopped: ${error instanceof Error ? error.message : String(error)}\n`,
        )
      })
  }
  process.on('SIGINT', asked)
  return { close: () => process.off('SIGINT', asked) }
}
