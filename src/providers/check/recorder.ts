import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HeardAnswer } from '../http.ts'
import { Masker } from './mask.ts'

/**
 * A provider's answer as the recorder stores it. Each answer is one file, like
 * `012-xendit-create_invoice.json`.
 */
export type RecordedAnswer = HeardAnswer

/** Stores the providers' answers in a folder, without personal data. */
export class Recorder {
  readonly #folder: string
  readonly #masker = new Masker()
  #count = 0

  /**
   * Makes the folder for the providers' answers. Throws if the folder cannot be made, or holds something
   * already.
   */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length > 0) throw new FolderInUse(folder)
    this.#folder = folder
  }

  get count(): number {
    return this.#count
  }

  keep(answer: HeardAnswer): void {
    const { provider, operation } = answer
    const kept: RecordedAnswer = { ...answer, body: this.#masker.mask(answer.body, operation) }
    const number = String(++this.#count).padStart(3, '0')
    const path = join(this.#folder, `${number}-${provider}-${operation}.json`)
    writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`)
  }
}

/**
 * The error for a folder that is not empty. The folder must be empty, because the answers of two runs must
 * not be mixed.
 */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse'

  constructor(folder: string) {
    super(`${folder} is not empty`)
  }
}
