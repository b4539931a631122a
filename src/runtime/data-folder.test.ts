import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openDataFolder } from './data-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'laku-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('makes a missing folder for its owner alone, with what is missing above it', () => {
  const made = openDataFolder(join(folder, 'a', 'b'))
  expect(statSync(made).mode & 0o777).toBe(0o700)
  expect(openDataFolder(made)).toBe(made)
})

it('ends with a line where the system lets nothing be made', () => {
  expect(() => openDataFolder('/proc/none')).toThrow(
    /^the data folder \/proc\/none cannot be used \(ENOENT\)/,
  )
})
