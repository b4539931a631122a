import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 100

/**
 * Calls `ask` again and again until `done` accepts its answer. On a timeout, the error says what the demo
 * waited for (`what`), and the last answer.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T>,
  done: (value: T) => boolean,
  withinMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    if (performance.now() > deadline) {
      throw new Error(`waited ${withinMs / 1000} s for ${what}; it still is ${JSON.stringify(value)}`)
    }
    await sleep(EVERY_MS)
  }
}
