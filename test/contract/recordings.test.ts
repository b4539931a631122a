import { readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandHouse } from '../../src/commands/command-house.ts'
import type { Actor } from '../../src/domain/kernel/index.ts'
import type { CommandHouse } from '../../src/http/staff/command-house.ts'
import { variableOf } from '../../src/runtime/config/fields.ts'
import { configSchema, settingNames } from '../../src/runtime/config/schema.ts'
import { type CommandRun, runLaku } from '../command-line.ts'
import { admin, confirmed } from '../laku.ts'
import { TestStaffServer } from '../staff-server.ts'
import { CommandScenes } from './command-scenes.ts'
import { fixtures } from './command-world.ts'
import { commandsOfStaffServer, maskOf, type Recorded, type Run, walk } from './recordings.ts'

// The recordings were first made before there was a staff server. If the output of a command changes on
// purpose, record it again, without the staff server: LAKU_RECORD=1 npx vitest run
// test/contract/recordings.test.ts
const FILE = 'test/contract/recordings.json'

interface Recordings {
  /** The recorded commands. A newer command is not among them. */
  commands: string[]
  lines: Recorded[]
}

let scenes: CommandScenes
let staffServer: TestStaffServer
beforeAll(async () => {
  scenes = await CommandScenes.open()
  // The actor has confirmed all steps for two people, because without the staff server no code is asked for.
  const house: CommandHouse = {
    ...commandHouse,
    run: (execution) =>
      commandHouse.run({ ...execution, actor: { ...execution.actor, factor: confirmed } as Actor }),
  }
  staffServer = await TestStaffServer.open(scenes.laku, { house })
})
afterAll(async () => {
  await staffServer?.close()
  await scenes?.close()
})

it('issue 13, deliver 1: every command gives through the door what it gave before there was one', async () => {
  const mask = maskOf(new URL(scenes.laku.urls.app).pathname.slice(1))
  const token = await staffServer.tokenOf((admin as { id: string }).id)
  const shop = `On ${new URL(staffServer.server.url).host}, ${staffServer.server.url}.\n`
  const changes = new Set(
    (await commandsOfStaffServer())
      .filter(({ definition }) => !definition.reads)
      .map(({ path }) => path.join(' ')),
  )
  const isChange = (words: readonly string[]) =>
    changes.has(words.slice(0, 2).join(' ')) || changes.has(words.slice(0, 3).join(' '))
  const throughStaffServer = async (words: readonly string[]) => {
    const run = await staffServer.run(token, words)
    // A change also prints the name of its shop; this is the only difference.
    const says = isChange(words) && !words.includes('--dry-run')
    expect([words, run.stderr.startsWith(shop)]).toEqual([words, says])
    return says ? { ...run, stderr: run.stderr.slice(shop.length) } : run
  }
  const masked = ({ exitCode, stdout, stderr }: CommandRun) => [exitCode, mask(stdout), mask(stderr)]
  let at = 0
  // An output that differs from the recording on purpose is compared with the same command run without the
  // staff server. A command that changes nothing is run again at once, any other on a new scene of its kind.
  const compared: Run = async (words, changes) => {
    const run = await throughStaffServer(words)
    const recorded = recordings.lines[at++]
    if (!recorded || isDeepStrictEqual(masked(run), masked(recorded)) || isOfTokens(recorded)) return run
    if (changes === undefined) {
      expect([words, masked(run)]).toEqual([words, masked(await runLaku(scenes.laku, words))])
      return run
    }
    const again = [
      ...changes.split(' '),
      ...((await fixtures[changes]?.(scenes)) ?? []),
      '--reason',
      'a test',
    ]
    const json = words.includes('--json') ? ['--json'] : []
    // The second run of a command may have another outcome than the first.
    if (json.length > 0) await runLaku(scenes.laku, again)
    const direct = await runLaku(scenes.laku, [...again, ...json])
    // Numbers are replaced, because scenes are counted and a longer number makes a column wider.
    const counted = (text: unknown) => String(text).replace(/\d+/g, '0').replace(/ +/g, ' ')
    expect([changes, masked(run).map(counted)]).toEqual([changes, masked(direct).map(counted)])
    return run
  }
  const isOfTokens = ({ line }: Recorded) => line.startsWith('auth staff list')
  if (process.env.LAKU_RECORD) {
    // The commands in the file are recorded again on these scenes; a second walk would have other scenes. A
    // newer command is left out, because its output may differ in each run, like a new secret.
    const { commands } = JSON.parse(readFileSync(FILE, 'utf8')) as Recordings
    const lines = await walk(scenes, commands, (words) => runLaku(scenes.laku, words), mask)
    writeFileSync(FILE, `${JSON.stringify({ commands, lines } satisfies Recordings, undefined, 2)}\n`)
    return
  }
  const recordings = JSON.parse(readFileSync(FILE, 'utf8')) as Recordings
  const now = await walk(scenes, recordings.commands, compared, mask)
  expect(now).toHaveLength(recordings.lines.length)
}, 300_000)

it('no row of the database, of a job or of what a command said, holds a secret of the configuration', async () => {
  const { pool, config } = scenes.laku
  const secrets = settingNames
    .filter((name) => variableOf(configSchema.shape[name]).secret && !name.startsWith('database'))
    .flatMap((name) => config[name as keyof typeof config] ?? [])
    .map(String)
  expect(secrets.length).toBeGreaterThan(10)
  const { rows: tables } = await pool.query<{ name: string }>(`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('public', 'pgboss') and has_table_privilege(format('%I.%I', schemaname, tablename), 'select')`)
  expect(tables).toContainEqual({ name: 'pgboss.job_common' })
  const found = tables.map(
    ({ name }) =>
      `select '${name}' as name from ${name} t, unnest($1::text[]) secret where position(secret in t::text) > 0`,
  )
  expect((await pool.query(found.join(' union all '), [secrets])).rows).toEqual([])
}, 30_000)
