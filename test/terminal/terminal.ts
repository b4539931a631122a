import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const launcher = fileURLToPath(new URL('../../bin/laku.js', import.meta.url))
const oldest = 3.2

/** Throws an error that says what to install if tmux is missing, because these tests need a real terminal. */
function requireTmux(): void {
  const said = spawnSync('tmux', ['-V'], { encoding: 'utf8' }).stdout ?? ''
  const version = Number(/(\d+\.\d+)/.exec(said)?.[1] ?? 0)
  if (version >= oldest) return
  const found = version === 0 ? 'there is none' : `this is ${said.trim()}`
  throw new Error(
    `these proofs drive laku in tmux ${oldest} or newer, and ${found}: apt-get install tmux, or brew install tmux`,
  )
}

export interface Size {
  columns: number
  rows: number
}

/**
 * A shell in a real terminal of a given size, with `laku` in its PATH. Tests type into it and read its
 * screen.
 */
export class Terminal {
  static #opened = 0
  readonly #server = `laku-${process.pid}-${Terminal.#opened++}`
  readonly #folder = mkdtempSync(join(tmpdir(), 'laku-terminal-'))
  readonly #record = join(this.#folder, 'record')
  #commands = 0
  #isOpen = true

  /** Opens a terminal. The shell has these variables and PATH, and no others. */
  static async open({ columns, rows }: Size, env: Record<string, string>): Promise<Terminal> {
    requireTmux()
    const terminal = new Terminal()
    const variables = { ...env, PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', PS1: '$ ' }
    const given = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    const shell = ['env', '-i', ...given, 'TERM=screen-256color', 'bash', '--norc', '--noprofile']
    const size = ['-x', String(columns), '-y', String(rows)]
    terminal.#tmux('new-session', '-d', ...size, '-c', terminal.#folder, ...shell)
    terminal.#tmux('pipe-pane', `cat > ${terminal.#record}`)
    terminal.type(`laku() { '${process.execPath}' '${launcher}' "$@"; }`)
    await terminal.#settled()
    return terminal
  }

  #tmux(...words: string[]): string {
    return execFileSync('tmux', ['-u', '-L', this.#server, '-f', '/dev/null', ...words], {
      encoding: 'utf8',
    })
  }

  /** Types a line and presses Enter. */
  type(line: string): void {
    this.#tmux('send-keys', '-l', line)
    this.key('Enter')
  }

  /** Presses a key by tmux's name for it: `Enter`, `Down`, `C-c`, `q`. */
  key(name: string): void {
    this.#tmux('send-keys', name)
  }

  resize({ columns, rows }: Size): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Returns the text on the screen, without the empty lines below it. */
  screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd()
  }

  /** Returns the lines that were too long, so that the terminal wrapped them. */
  brokenLines(): string[] {
    const whole = this.#tmux('capture-pane', '-p', '-J').trimEnd().split('\n')
    const shown = new Set(this.screen().split('\n'))
    return whole.map((line) => line.trimEnd()).filter((line) => !shown.has(line))
  }

  /** Returns everything that programs wrote to the terminal so far, control sequences included. */
  recorded(): string {
    return readFileSync(this.#record, 'utf8')
  }

  /**
   * Returns whether the terminal is in the state that a shell needs: its normal screen, and the cursor
   * visible.
   */
  isOrdinary(): boolean {
    return this.#tmux('display-message', '-p', '#{alternate_on} #{cursor_flag}').trim() === '0 1'
  }

  /** Waits until the screen contains this text, and returns the screen. */
  async see(what: string | RegExp, timeoutMs = 30_000): Promise<string> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const screen = this.screen()
      if (typeof what === 'string' ? screen.includes(what) : what.test(screen)) return screen
      if (performance.now() > deadline) throw new Error(`${what} did not come; the screen is:\n${screen}`)
      await sleep(50)
    }
  }

  /** Starts a command on an empty screen; `ended` waits for its end. */
  begin(words: string): void {
    this.type(`clear; laku ${words}; echo "[ended ${++this.#commands} with $?]"`)
  }

  async ended(): Promise<{ exitCode: number; screen: string }> {
    const end = new RegExp(`^\\[ended ${this.#commands} with (\\d+)\\]$`, 'm')
    const screen = await this.see(end)
    return { exitCode: Number(end.exec(screen)?.[1]), screen: screen.slice(0, screen.search(end)).trimEnd() }
  }

  async run(words: string): Promise<{ exitCode: number; screen: string }> {
    this.begin(words)
    return await this.ended()
  }

  async #settled(): Promise<void> {
    this.type('echo "[ready]"')
    await this.see(/^\[ready\]$/m)
  }

  /** Closes the terminal as a person closes its window: the programs in it get SIGHUP. */
  hangUp(): void {
    this.#tmux('kill-server')
    this.#isOpen = false
  }

  close(): void {
    if (this.#isOpen) this.#tmux('kill-server')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
