import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const running = new Set<ChildProcess>()

/** A program of this folder as a process of its own, so that its processor time is measured separately. */
export class Child<In extends object, Out> {
  readonly #process: ChildProcess

  constructor(file: string) {
    const path = fileURLToPath(new URL(file, import.meta.url))
    this.#process = fork(path, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] })
    running.add(this.#process)
    this.#process.once('exit', () => running.delete(this.#process))
  }

  get pid(): number {
    return this.#process.pid as number
  }

  tell(message: In): void {
    this.#process.send(message)
  }

  /** Sends the process its orders, and resolves with its next message. */
  ask(message: In): Promise<Out> {
    const said = new Promise<Out>((resolve, reject) => {
      this.#process.once('message', (answer) => resolve(answer as Out))
      this.#process.once('error', reject)
      this.#process.once('exit', (code) => reject(new Error(`a process ended with ${code}`)))
    })
    this.tell(message)
    return said
  }

  /** Kills all such processes, so that a failed test leaves none behind. */
  static killAll(): void {
    for (const one of running) one.kill('SIGKILL')
  }
}

/** Answers each order in such a process. */
export function answerOrders<In, Out>(act: (orders: In) => Promise<Out>): void {
  process.on('message', async (orders: In) => {
    process.send?.(await act(orders))
  })
}
