import type { Logger } from '../runtime/logger.ts'
import { Shutdown } from '../runtime/shutdown.ts'

/** What a process of `laku up` tells the one that started it. */
export interface Ready {
  ready: string
  url?: string
}

/**
 * A shutdown that also begins when the process that started this one is gone, however it went: no server is
 * left behind without its `laku up`.
 */
export function processShutdown(logger: Logger): Shutdown {
  const shutdown = new Shutdown({ logger })
  process.once('disconnect', () => shutdown.begin())
  return shutdown
}

/** Tells whoever started this process, if anybody did, that it is ready. */
export function announce(ready: Ready): void {
  process.send?.(ready)
}

/** Stays until the shutdown ends the process. */
export function untilStopped(): Promise<never> {
  return new Promise(() => {})
}
