import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core'

const PATH = process.env.CHROMIUM ?? '/usr/bin/chromium'

// Flags that stop Chromium from sending requests of its own, for example for updates.
const QUIET = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Chromium {
  open(options: BrowserContextOptions): Promise<BrowserContext>
  close(): Promise<void>
}

/**
 * Starts Debian's Chromium without a window, with an empty profile folder. Throws an error that says what to
 * install if Chromium is missing.
 */
export async function startChromium(): Promise<Chromium> {
  if (!existsSync(PATH))
    throw new Error(
      `there is no Chromium at ${PATH}: apt-get install chromium, or set CHROMIUM to where it is`,
    )
  const home = await mkdtemp(join(tmpdir(), 'laku-chromium-'))
  const browser = await chromium.launch({
    executablePath: PATH,
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...QUIET, `--disk-cache-dir=${home}`],
  })
  return {
    open: (options) => browser.newContext(options),
    close: async () => {
      await browser.close()
      await rm(home, { recursive: true, force: true })
    },
  }
}
