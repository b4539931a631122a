import { type ChildProcess, spawn } from 'node:child_process'

/** A server in a process of its own, as in production. It counts as ready when it answers `readyPath`. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly url: string

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  static async start(
    args: string[],
    env: Record<string, string>,
    url: string,
    readyPath: string,
  ): Promise<ServerProcess> {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const server = new ServerProcess(child, url)
    for (let tries = 0; tries < 200; tries++) {
      if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}`)
      const answer = await fetch(url + readyPath).catch(() => undefined)
      if (answer?.ok) return server
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`${args.join(' ')} did not get ready`)
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the server has no process')
    return this.#child.pid
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await ended
  }
}
