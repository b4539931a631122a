import { parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from '../../runtime/config.ts'
import type { Laku } from '../../runtime/laku.ts'
import { openLaku } from '../../runtime/open-laku.ts'
import { withRequestId } from '../../runtime/request-id.ts'
import { commandHouse } from '../command-house.ts'
import type { FromThread, Order, ThreadSettings, ToThread } from './messages.ts'

/**
 * The number of the thread's database connections. One connection is for laku's clock. Each of the others
 * runs the transaction of one command, because several commands may run at once.
 */
const POOL_SIZE = 4

interface Running {
  stop: AbortController
  /** The functions that let the command continue. They are called when the server allows more output. */
  waiting: (() => void)[]
}

const settings = workerData as ThreadSettings
const running = new Map<string, Running>()
let opened: Promise<Laku> | undefined

function post(message: FromThread): void {
  parentPort?.postMessage(message)
}

/** Returns laku as this thread opened it. After a failure, the next call opens laku again. */
function ownLaku(): Promise<Laku> {
  opened ??= openLaku(loadConfig(settings), { name: 'staff work', poolSize: POOL_SIZE }).catch(
    (error: unknown) => {
      opened = undefined
      throw error
    },
  )
  return opened
}

async function execute(order: Order, { stop, waiting }: Running): Promise<void> {
  const { id } = order.run
  try {
    const laku = await ownLaku()
    const outcome = await withRequestId(id, () =>
      commandHouse.run({
        ...order,
        laku,
        emit: (event) => post({ id, event }),
        ready: () =>
          new Promise((resolve) => {
            waiting.push(resolve)
            post({ id, isReady: true })
          }),
        signal: stop.signal,
      }),
    )
    post({ id, outcome })
  } catch (error) {
    post({ id, error })
  } finally {
    running.delete(id)
  }
}

function receive(message: ToThread): void {
  if ('order' in message) {
    const run: Running = { stop: new AbortController(), waiting: [] }
    running.set(message.order.run.id, run)
    void execute(message.order, run)
  } else if ('stop' in message) running.get(message.stop)?.stop.abort()
  else if ('more' in message) for (const go of running.get(message.more)?.waiting.splice(0) ?? []) go()
  // If laku cannot be opened now, the first command tries again and reports the failure.
  else if ('open' in message) ownLaku().catch(() => {})
  else void close()
}

async function close(): Promise<void> {
  const laku = await opened?.catch(() => undefined)
  await laku?.close()
  // After this, the thread no longer listens for messages. Nothing else keeps it running, so it ends by
  // itself.
  parentPort?.close()
}

parentPort?.on('message', receive)
