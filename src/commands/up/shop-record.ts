import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { withLock } from '../../cli/client/file-lock.ts'
import { isAlive, type LocalShop, localShopFile } from '../../cli/client/find-shop.ts'
import { parseJson } from '../../domain/kernel/wire.ts'
import { openDataFolder } from '../../runtime/data-folder.ts'
import { StartError } from '../../runtime/start-error.ts'
import { isTaken } from './ports.ts'

/**
 * The time after which a start counts as ended (ms). A start that was killed leaves its record behind, and
 * another process may have its number by now.
 */
const START_OLD_MS = 10 * 60_000

/**
 * The record by which a running `laku up` holds its data folder. It is written before the start. While the
 * shop starts or stops, the record has no address, so commands in the folder do not look for a server.
 */
export class ShopRecord {
  readonly #file: string

  private constructor(file: string) {
    this.#file = file
  }

  /**
   * Takes the data folder for this process. If several processes take it at once, only one of them succeeds.
   * Throws StartError 2 if another `laku up` starts or runs there.
   */
  static async claim(dataDir: string): Promise<ShopRecord> {
    openDataFolder(dataDir)
    const file = localShopFile(dataDir)
    const record = new ShopRecord(file)
    for (;;) {
      const before = textOf(file)
      await requireNoOtherShop(dataDir)
      const isOurs = withLock(file, () => {
        // Another process may have taken the folder since the check.
        if (textOf(file) !== before) return false
        record.#write({ pid: process.pid })
        return true
      })
      if (isOurs) return record
    }
  }

  /** Names the shop's address, by which commands in the folder find it. */
  announce({ server, database }: Pick<LocalShop, 'server' | 'database'>): void {
    this.#change(() => this.#write({ server, pid: process.pid, database }))
  }

  /** Removes the shop's address, because the shop stops. */
  withdraw(): void {
    this.#change(() => this.#write({ pid: process.pid }))
  }

  remove(): void {
    this.#change(() => rmSync(this.#file, { force: true }))
  }

  /** Changes the record, unless somebody removed it, or it is the record of another process by now. */
  #change(change: () => void): void {
    withLock(this.#file, () => {
      if (recordOf(textOf(this.#file))?.pid === process.pid) change()
    })
  }

  /** Writes the whole record at once, so that no reader sees a part of it. */
  #write(record: Partial<LocalShop>): void {
    const next = `${this.#file}.${process.pid}`
    writeFileSync(next, `${JSON.stringify(record)}\n`, { mode: 0o600 })
    renameSync(next, this.#file)
  }
}

/**
 * Checks that no other `laku up` starts or runs in this data folder. It would have another sandbox, which
 * does not know the payments of this one, and commands in the folder would not find it again. Throws
 * StartError 2.
 */
export async function requireNoOtherShop(dataDir: string): Promise<void> {
  const file = localShopFile(dataDir)
  const shop = recordOf(textOf(file))
  // A process that was killed leaves its record behind. In a container, its number is often that of this one.
  if (shop?.pid === undefined || shop.pid === process.pid || !isAlive(shop.pid)) return
  const elsewhere = 'stop it, or name another folder with --data-dir'
  if (shop.server === undefined) {
    const madeMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (Date.now() - madeMs > START_OLD_MS) return
    throw new StartError(2, `a shop starts or stops in ${dataDir} (process ${shop.pid}): ${elsewhere}`)
  }
  // Another process may have the number of a killed one by now.
  if (!URL.canParse(shop.server)) return
  const { port, hostname } = new URL(shop.server)
  if (!(await isTaken(Number(port), hostname))) return
  throw new StartError(2, `a shop runs in ${dataDir} (${shop.server}, process ${shop.pid}): ${elsewhere}`)
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const recordOf = (text: string | undefined) => parseJson(text ?? '') as Partial<LocalShop> | null | undefined
