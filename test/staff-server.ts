import { CommanderError } from 'commander'
import pg from 'pg'
import { runLine } from '../src/cli/client/client.ts'
import { ownFailure } from '../src/cli/client/own-failure.ts'
import { printFailure } from '../src/cli/client/print-failure.ts'
import type { Surroundings } from '../src/cli/client/surroundings.ts'
import type { EntryShape } from '../src/cli/define/program.ts'
import type { Prompts } from '../src/cli/prompts/prompts.ts'
import { commandHouse } from '../src/commands/command-house.ts'
import { ownEntries } from '../src/commands/own-program.ts'
import { newStaffToken } from '../src/domain/auth/index.ts'
import { secondsAfter } from '../src/domain/kernel/index.ts'
import type { CommandHouse } from '../src/http/staff/command-house.ts'
import { openStaffServer, type StaffServer, type StaffServerTimings } from '../src/http/staff/staff-server.ts'
import type { CommandRun } from './command-line.ts'
import type { TestLaku } from './laku.ts'

/**
 * The staff server of a test's laku and a client in front of it. Both are in this process and talk over HTTP.
 */
export class TestStaffServer {
  readonly server: StaffServer
  readonly laku: TestLaku

  private constructor(server: StaffServer, laku: TestLaku) {
    this.server = server
    this.laku = laku
  }

  static async open(
    laku: TestLaku,
    {
      house = commandHouse,
      port = 0,
      paces,
    }: { house?: CommandHouse; port?: number; paces?: Partial<StaffServerTimings> } = {},
  ): Promise<TestStaffServer> {
    return new TestStaffServer(await openStaffServer(laku, house, { host: '127.0.0.1', port }, paces), laku)
  }

  /**
   * Gives the staff member one more token as the database's owner, because a command would add a row to the
   * audit log.
   */
  async tokenOf(staffId: string): Promise<string> {
    const { id, token, hash } = newStaffToken()
    const owner = new pg.Client({ connectionString: this.laku.ownerUrl })
    await owner.connect()
    try {
      const now = this.laku.clock.now()
      await owner.query(
        'insert into staff_tokens (id, staff_id, token_hash, created_at, expires_at) values ($1, $2, $3, $4, $5)',
        [id, staffId, hash, now, secondsAfter(now, 90 * 86_400)],
      )
    } finally {
      await owner.end()
    }
    return token
  }

  close(): Promise<void> {
    return this.server.close()
  }

  /** Runs one command line through the client: without a terminal, or on a terminal with these answers. */
  run(token: string, words: readonly string[], prompts?: Prompts): Promise<CommandRun> {
    return runClient(
      ['--server', this.server.url, ...words],
      { LAKU_TOKEN: token, XDG_CONFIG_HOME: '/nonexistent' },
      prompts,
    )
  }
}

/** The shapes of the commands as the build would write them. A client knows no more of the commands. */
const entries: readonly EntryShape[] = ownEntries.map((entry) => ({
  ...entry,
  load: async () => JSON.parse(JSON.stringify(await entry.load())),
}))

/** Runs one command line through the client in this process. */
export async function runClient(
  words: readonly string[],
  env: Record<string, string>,
  prompts?: Prompts,
  known = entries,
  { heard, ...more }: Pick<Surroundings, 'time' | 'endBySignal'> & { heard?: (text: string) => void } = {},
): Promise<CommandRun> {
  const said = { stdout: '', stderr: '' }
  const stdout = { write: (text: string) => (said.stdout += text) }
  const stderr = {
    write: (text: string) => {
      said.stderr += text
      heard?.(said.stderr)
    },
  }
  let exitCode = 0
  const exitWith = (code: number) => {
    exitCode = code
  }
  const argv = ['node', 'laku', ...words]
  try {
    await runLine(argv, { env, stdout, stderr, prompts, exitWith, ...more }, known, (program) =>
      program.configureOutput({ writeOut: stdout.write, outputError: () => {} }),
    )
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return { exitCode: 0, ...said }
    const failure = ownFailure(error)
    if (!failure) throw error
    exitCode = printFailure(failure, argv, { stdout, stderr })
  }
  return { exitCode, ...said }
}
