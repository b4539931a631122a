import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Buyer } from '../../src/commands/demo/buyer.ts'
import type { Goods } from '../../src/commands/demo/catalogue.ts'
import { stockGoods } from '../../src/commands/demo/catalogue.ts'
import { HttpClient } from '../../src/commands/demo/http-client.ts'
import type { Shop } from '../../src/commands/demo/shop.ts'
import { Child } from '../../src/commands/up/child.ts'
import { freePorts } from '../../src/commands/up/ports.ts'
import { runLaku } from '../acceptance/laku-process.ts'

const CLOCK_MS = 6_000

interface Book {
  balance_idr: number
  payouts: { reference_id: string; amount: number; status: string }[]
  refunds: { reference_id: string; amount: number; status: string }[]
}

/**
 * A shop whose parts are stopped and started one by one. Its database may be replaced by a backup, while the
 * providers keep their data. Everything is done by commands and requests.
 */
export class DrillShop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'laku-drill-'))
  readonly #base: NodeJS.ProcessEnv
  readonly #url: string
  readonly sandbox: HttpClient
  #dataDir = ''
  #token = ''
  #running: Child[] = []
  #sandboxProcess: Child | undefined
  #phones = 0

  private constructor(port: number, sandboxPort: number) {
    const config = join(this.#folder, 'config.json')
    // There are no quiet hours, because one buyer does in a minute, at any hour, what people do in days.
    const policy = { quietFromHour: 0, quietToHour: 0, withdrawalFeeIdr: 0 }
    writeFileSync(config, JSON.stringify({ policy }))
    this.#base = {
      LAKU_CONFIG: config,
      LAKU_LOG_LEVEL: 'fatal',
      HOST: '127.0.0.1',
      PORT: String(port),
      LAKU_SANDBOX_PORT: String(sandboxPort),
    }
    this.#url = `http://127.0.0.1:${port}`
    this.sandbox = new HttpClient(`http://127.0.0.1:${sandboxPort}`)
  }

  static async open(): Promise<DrillShop> {
    const shop = new DrillShop(await freePorts(1), await freePorts(2))
    shop.#dataDir = join(shop.#folder, 'first')
    shop.#sandboxProcess = shop.#start('sandbox')
    await shop.#sandboxProcess.ready()
    // Today's payments are not settled at the provider yet, so the day's payouts need the company's own
    // money.
    await shop.sandbox.ask('PUT', '/control/balance', { float_idr: 10_000_000 })
    await shop.done('db', 'start')
    shop.#token = await shop.letIn('ana')
    await shop.work()
    return shop
  }

  /** Adds an administrator as the database's owner. Two of them are two independent people. */
  async letIn(name: string): Promise<string> {
    return (await this.done<{ admin: { token: string } }>('db', 'migrate', '--admin', name)).admin.token
  }

  #start(name: string): Child {
    return new Child(name, { ...process.env, ...this.#base, LAKU_DATA_DIR: this.#dataDir })
  }

  /** Starts server and worker. */
  async work(): Promise<void> {
    this.#running = [this.#start('serve'), this.#start('worker')]
    await Promise.all(this.#running.map((child) => child.ready()))
  }

  /** Stops server and worker, and then the database. */
  async rest(): Promise<void> {
    await Promise.all(this.#running.map((child) => child.stop()))
    this.#running = []
    await this.done('db', 'stop')
  }

  /**
   * Copies the database while it works. Returns a function that restores the copy, after which laku works
   * with it.
   */
  async backUp(): Promise<() => Promise<void>> {
    const file = join(this.#folder, 'backup.tar')
    await this.done('db', 'backup', file)
    return async () => {
      await this.rest()
      this.#dataDir = join(this.#folder, 'second')
      await this.done('db', 'restore', file)
      await this.done('db', 'migrate')
      await this.work()
    }
  }

  /**
   * Runs a command with the administrator's token or another token. Returns its exit code and its JSON value.
   */
  async laku<T>(args: readonly string[], token = this.#token): Promise<{ exitCode: number; value: T }> {
    const env = { ...this.#base, LAKU_DATA_DIR: this.#dataDir, ...(token && { LAKU_TOKEN: token }) }
    const { exitCode, stdout, stderr } = await runLaku([...args, '--json', '--yes'], env)
    if (!stdout.trim()) throw new Error(`laku ${args.join(' ')} printed no JSON: ${stderr}`)
    return { exitCode: exitCode ?? -1, value: JSON.parse(stdout) as T }
  }

  /** Runs a command that must succeed, and returns its JSON value. */
  async done<T>(...args: string[]): Promise<T> {
    const { exitCode, value } = await this.laku<T>(args)
    if (exitCode !== 0)
      throw new Error(`laku ${args.join(' ')} ended with ${exitCode}: ${JSON.stringify(value)}`)
    return value
  }

  get staff(): HttpClient {
    return new HttpClient(this.#url, this.#token)
  }

  stockGoods(name: string, sku: string, priceIdr: number): Promise<Goods> {
    // The demo's helpers need only the staff server and the commands of a shop, so this object is enough.
    const shop = { staff: this.staff, laku: (...args: string[]) => this.done(...args) } as unknown as Shop
    return stockGoods(shop, { name, sku, priceIdr, stock: 20 })
  }

  newBuyer(name: string): Promise<Buyer> {
    this.#phones += 1
    return Buyer.signUp(name, `+62812${80_000_000 + this.#phones}`, this.#url, this.sandbox.base)
  }

  /** Moves the clock of laku and of its providers forward by this many seconds. */
  async pass(seconds: number): Promise<void> {
    await this.done('db', 'shift-clock', `${seconds}s`)
    await this.sandbox.ask('POST', '/control/age', { seconds })
    // A process reads development's clock only at intervals, so the test waits for one interval.
    await sleep(CLOCK_MS)
  }

  book(): Promise<Book> {
    return this.sandbox.ask('GET', '/control/book')
  }

  /** Returns the courier's bookings, by their references. */
  async parcels(): Promise<string[]> {
    const all = await this.sandbox.ask<{ reference_id: string }[]>('GET', '/control/parcels')
    return all.map((item) => item.reference_id).sort()
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((child) => child.stop()))
    await this.laku(['db', 'stop'])
    await this.#sandboxProcess?.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
