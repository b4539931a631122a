import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { hire } from '../../../test/staff.ts'
import { TestStaffServer } from '../../../test/staff-server.ts'

let laku: TestLaku
let staffServer: TestStaffServer
let token: string
beforeAll(async () => {
  laku = await openTestLaku()
  staffServer = await TestStaffServer.open(laku)
  token = await staffServer.tokenOf((await hire(laku, 'admin')).id)
})
afterAll(async () => {
  await staffServer?.close()
  await laku?.close()
})

/** Returns prompts for a person at a terminal who gives these answers in turn. */
function person(...answers: string[]) {
  const asked: string[] = []
  const text = async (question: string) => {
    asked.push(question)
    return answers[asked.length - 1] ?? ''
  }
  return { asked, prompts: { text, secret: text, choose: text } }
}

describe('what a command in the server asks', () => {
  it('is asked here, each once, and the command is done once with the answers', async () => {
    const { asked, prompts } = person('wulan', 'finance')
    const run = await staffServer.run(token, ['auth', 'staff', 'add'], prompts)
    expect(asked).toEqual([
      'name (their name, as the audit log shows it):',
      'role (their role, which decides what they may do):',
    ])
    expect(run.stdout).toMatch(/^wulan acts as finance until .* shown this once:\nlkst_/)
    const named = await laku.db.selectFrom('staff').select('name').where('name', '=', 'wulan').execute()
    expect(named).toHaveLength(1)
    const kept = await laku.db.selectFrom('commandRuns').select('command').execute()
    expect(kept).toEqual([{ command: 'auth staff add' }])
  })

  it('with --yes, with --json and off a terminal is exit code 2 that names the flag', async () => {
    for (const words of [['--yes'], ['--json'], []]) {
      const { prompts } = person('because')
      const run = await staffServer.run(
        token,
        ['switches', 'pause', 'sms', ...words],
        words.length ? prompts : undefined,
      )
      expect(run.exitCode).toBe(2)
      expect(run.stdout + run.stderr).toContain('answer it with --reason')
    }
  })

  it('that is left without an answer changes nothing', async () => {
    const { prompts } = person()
    const { exitCode, stderr } = await staffServer.run(token, ['switches', 'pause', 'sms'], prompts)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('this change needs a reason')
    const switches = await laku.db.selectFrom('switches').select('paused').where('name', '=', 'sms').execute()
    expect(switches.filter(({ paused }) => paused)).toEqual([])
  })
})

describe('a live view', () => {
  it('is one picture a call, drawn for the terminal that asked', async () => {
    const run = await staffServer.run(token, ['sessions', 'watch', '--json'])
    expect(JSON.parse(run.stdout)).toMatchObject({ data: [] })
    expect((await staffServer.run(token, ['sessions', 'watch'])).stdout).toMatch(
      /^sessions at .* WIB\nNo .*session/,
    )
  })
})
