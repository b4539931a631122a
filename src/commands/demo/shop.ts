import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { withoutSettings } from '../../runtime/config/without-settings.ts'
import { Buyer } from './buyer.ts'
import { HttpClient } from './http-client.ts'

/** The addresses that `laku up` prints. */
export interface Addresses {
  http: string
  staff: string
  sandbox: string
  database_url: string
  admin_token: string
  metrics: string
  data_dir: string
}

// The folder bin/ lies beside dist/ in the package and beside src/ in a checkout: three folders up from this
// module in both.
const launcher = fileURLToPath(new URL('../../../bin/laku.js', import.meta.url))

// The demo may run at night, so its shop has no quiet hours: buyers get notices at once. If the provider's
// balance is too small for a payout or refund, the shop tries again after a second. The default wait, a
// quarter of an hour, is too long for a demo.
const wakeful = { quietFromHour: 0, quietToHour: 0, balanceAgainS: 1 }

/**
 * A separate running shop: database, worker, server and sandbox as processes, which end when the shop is
 * closed.
 */
export class Shop {
  readonly at: Addresses
  readonly staff: HttpClient
  readonly sandbox: HttpClient
  readonly #up: ChildProcess
  #phones = 0

  private constructor(up: ChildProcess, at: Addresses) {
    this.#up = up
    this.at = at
    this.staff = new HttpClient(at.http, at.admin_token)
    this.sandbox = new HttpClient(at.sandbox)
  }

  /**
   * Starts `laku up --ephemeral` with these flags and variables, and waits until all its processes are ready.
   */
  static async open(flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Shop> {
    const args = [launcher, 'up', '--ephemeral', '--json', '--no-seed', ...flags]
    const settings = mkdtempSync(join(tmpdir(), 'laku-shop-'))
    const config = join(settings, 'config.json')
    writeFileSync(config, JSON.stringify({ policy: wakeful }))
    const up = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...withoutSettings(process.env), LAKU_LOG_LEVEL: 'error', LAKU_CONFIG: config, ...env },
    })
    up.once('exit', () => rmSync(settings, { recursive: true, force: true }))
    for await (const line of createInterface({ input: up.stdout as NodeJS.ReadableStream })) {
      return new Shop(up, JSON.parse(line) as Addresses)
    }
    throw new Error(`laku up ended before it was ready (exit code ${up.exitCode})`)
  }

  /** Runs a command as the administrator, with --json; returns the JSON value, whatever the exit code. */
  laku<T>(...args: string[]): Promise<T> {
    return this.lakuAs(this.at.admin_token, ...args)
  }

  /**
   * Runs a command with the given staff token; otherwise like the method `laku`. If a step needs two people,
   * each person's command has a token of their own.
   */
  lakuAs<T>(token: string, ...args: string[]): Promise<T> {
    // LAKU_SERVER names the demo's own shop, whichever shop the person who runs the demo has chosen.
    const shop = { LAKU_SERVER: this.at.staff, LAKU_TOKEN: token, LAKU_DATA_DIR: this.at.data_dir }
    const env = { ...withoutSettings(process.env), ...shop }
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [launcher, ...args, '--json', '--yes'], { env }, (error, stdout, stderr) => {
        try {
          // The caller names the type `T` of the JSON value that the command prints; cli.md documents this
          // value.
          resolve(JSON.parse(stdout) as T)
        } catch {
          reject(new Error(`laku ${args.join(' ')} printed no JSON: ${stderr || error?.message}`))
        }
      })
    })
  }

  newBuyer(name: string): Promise<Buyer> {
    this.#phones += 1
    const phone = `+62812${String(70_000_000 + this.#phones)}`
    return Buyer.signUp(name, phone, this.at.http, this.at.sandbox)
  }

  async close(): Promise<void> {
    if (this.#up.exitCode !== null) return
    const ended = once(this.#up, 'exit')
    this.#up.kill('SIGTERM')
    await ended
  }
}
