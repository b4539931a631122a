import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { Market } from '../../../test/market.ts'
import { clearOfStep, codeNow, enrol } from '../../../test/staff.ts'
import { TestStaffServer } from '../../../test/staff-server.ts'
import { PROTOCOL, PROTOCOL_HEADER } from '../../cli/client/protocol.ts'

const DAY_S = 86_400

let laku: TestLaku
let staffServer: TestStaffServer
let market: Market
/** The token of the only administrator, whom the database's owner added. */
let boss: string
beforeAll(async () => {
  laku = await openTestLaku()
  staffServer = await TestStaffServer.open(laku)
  market = await Market.open(laku)
  boss = (await enrol(laku, 'admin', 'boss')).token
})
let shiftedS = 0
const later = (seconds: number) => {
  shiftedS += seconds
  laku.clock.shift(seconds)
}
afterEach(() => later(-shiftedS))
afterAll(async () => {
  await staffServer?.close()
  await laku?.close()
})

interface Said {
  code: number
  /** The code of the error; undefined if the command succeeded. */
  error: string | undefined
  value: Record<string, string>
}

async function say(token: string, ...words: string[]): Promise<Said> {
  const { exitCode, stdout } = await staffServer.run(token, [...words, '--json'])
  const value = JSON.parse(stdout) as Record<string, string> & { error?: { code: string; details: unknown } }
  return { code: exitCode, error: value.error?.code, value }
}

/** Adds a staff member as the administrator, who then enrols a second factor alone. */
async function colleague(name: string, role = 'finance') {
  const { value } = await say(boss, 'auth', 'staff', 'add', name, '--role', role)
  const token = value.token ?? ''
  const { secret = '' } = (await say(token, 'auth', 'factor', 'enrol')).value
  // The first code is of the step before, so it must arrive before its time is over.
  await clearOfStep()
  const [now, next] = [codeNow(secret), codeNow(secret, 1)]
  expect((await say(token, 'auth', 'factor', 'confirm', codeNow(secret, -1))).code).toBe(0)
  return { token, now, next }
}

/** Requests a goodwill above the limit of one person. Returns its id. */
async function goodwill(token: string): Promise<string> {
  const [buyer] = await market.buyers(1)
  const words = ['wallets', 'adjust', buyer?.id ?? '', '2000000', '--reason', 'x', '--confirm', '2000000']
  const { value } = await say(token, ...words)
  expect(value.status).toBe('requested')
  return value.id ?? ''
}
const approve = (token: string, id: string, ...words: string[]) =>
  say(token, 'wallets', 'adjustments', 'approve', id, ...words)

describe('a shop with one administrator and two others', () => {
  it('approves: a day after they enrolled, each by a code that counts once', async () => {
    const [budi, sari] = [await colleague('budi'), await colleague('sari')]
    const [id, other] = [await goodwill(budi.token), await goodwill(budi.token)]
    expect(await approve(sari.token, id, '--code', sari.now)).toMatchObject({
      code: 4,
      error: 'kernel.role_too_new',
    })
    later(DAY_S + 60)
    // A refusal is not kept under the key: the same command with the same key asks again.
    const key = ['--idempotency-key', randomUUID()]
    expect((await approve(sari.token, id, ...key)).error).toBe('kernel.second_factor_needed')
    expect((await approve(sari.token, id, '--code', budi.next, ...key)).error).toBe('auth.factor_code_wrong')
    expect((await approve(boss, id)).error).toBe('kernel.approver_not_independent')
    expect((await approve(budi.token, id)).error).toBe('wallet.same_person')
    // The code was already used up by the command that was refused.
    expect((await approve(sari.token, id, '--code', sari.now)).error).toBe('auth.factor_code_used')
    const dry = await approve(sari.token, id, '--dry-run')
    expect(dry.value).toMatchObject({ dry_run: true })

    const code = sari.next
    const done = await approve(sari.token, id, '--code', code, ...key)
    expect(done.value).toMatchObject({ status: 'posted', decided_by: 'staff:sari' })
    // The same command with the same key gets the stored result, with a used code or without a code.
    expect((await approve(sari.token, id, ...key)).value).toEqual(done.value)
    expect((await approve(sari.token, other, '--code', code)).error).toBe('auth.factor_code_used')
    const runs = await laku.db.selectFrom('commandRuns').selectAll().execute()
    expect(JSON.stringify(runs)).not.toContain(code)
  })

  it('issue 13, tried 1: is not the administrator and a second identity of theirs, however long they wait', async () => {
    const eve = await colleague('eve')
    const id = await goodwill(boss)
    later(30 * DAY_S)
    expect(await approve(eve.token, id, '--code', eve.now)).toMatchObject({
      code: 4,
      error: 'kernel.approver_not_independent',
      // A script that knows the former error code finds it in the details.
      value: { error: { details: { former_code: 'kernel.same_hands' } } },
    })
  })

  it('has no invented persons who put away for each other what finance hears of them', async () => {
    const stranger = (await enrol(laku, 'finance')).token
    const [ani, ida] = [await colleague('ani'), await colleague('ida')]
    const { value } = await say(stranger, 'attention', 'list', '--kind', 'staff_changed')
    const items = value.data as unknown as { id: string; message: string }[]
    const [added, enrolled] = ['boss let ani in', 'ani enrolled'].map(
      (text) => items.find(({ message }) => message.startsWith(text))?.id ?? '',
    ) as [string, string]
    const away = async (token: string, id: string) =>
      (await say(token, 'attention', 'resolve', id, '--reason', 'seen')).error
    for (const id of [added, enrolled]) {
      expect(id).not.toBe('')
      for (const token of [boss, ani.token, ida.token]) expect(await away(token, id)).toBe('kernel.own_act')
      expect(await away(stranger, id)).toBeUndefined()
    }
  })

  it('hears of a factor that the administrator resets, and waits a day for the next', async () => {
    const [tono, rina] = [await colleague('tono'), await colleague('rina')]
    later(DAY_S + 60)
    const id = await goodwill(tono.token)
    await say(boss, 'auth', 'factor', 'reset', 'rina', '--reason', 'lost it')
    expect((await approve(rina.token, id, '--code', rina.now)).error).toBe('kernel.second_factor_missing')
    const { value } = await say(tono.token, 'attention', 'list', '--kind', 'staff_changed')
    expect(JSON.stringify(value.data)).toContain('reset the second factor of rina')
  })

  it('hears of a person who is suspended and of one who comes back, who proves everything anew', async () => {
    const [dian, yuni] = [await colleague('dian'), await colleague('yuni')]
    const id = await goodwill(dian.token)
    const staff = (verb: string, ...more: string[]) =>
      say(boss, 'auth', 'staff', verb, 'yuni', '--reason', 'leave', ...more)
    expect((await staff('activate')).error).toBe('auth.staff_active')
    expect((await staff('revoke')).value).toMatchObject({ status: 'suspended', tokens: 1 })
    expect((await say(dian.token, 'auth', 'staff', 'activate', 'yuni', '--reason', 'x')).code).toBe(4)
    expect((await staff('renew')).error).toBe('auth.staff_not_found')
    expect((await staff('activate')).value).toMatchObject({ status: 'active', role: 'finance' })
    // The token from before stays ended, and so does the factor: whoever found them on the desk has nothing.
    expect((await approve(yuni.token, id, '--code', yuni.now)).code).toBe(4)
    const { token = '' } = (await staff('renew')).value
    expect((await approve(token, id, '--code', yuni.now)).error).toBe('kernel.second_factor_missing')
    const { secret = '' } = (await say(token, 'auth', 'factor', 'enrol')).value
    await clearOfStep()
    const [now, next] = [codeNow(secret), codeNow(secret, 1)]
    expect((await say(token, 'auth', 'factor', 'confirm', codeNow(secret, -1))).code).toBe(0)
    expect((await approve(token, id, '--code', now)).error).toBe('kernel.role_too_new')
    later(DAY_S + 60)
    expect((await approve(token, id, '--code', next)).value).toMatchObject({ status: 'posted' })
    const { value } = await say(dian.token, 'attention', 'list', '--kind', 'staff_changed', '--all')
    const told = JSON.stringify(value.data)
    expect(told).toContain('boss suspended yuni and ended their 1 tokens')
    expect(told).toContain('boss activated yuni again as finance')
  })
})

describe('the code', () => {
  it('is asked for at a terminal, only where it is needed, and said once', async () => {
    const [wati, joko] = [await colleague('wati'), await colleague('joko')]
    later(DAY_S + 60)
    const id = await goodwill(wati.token)
    const asked: string[] = []
    const answer = async (question: string) => {
      asked.push(question)
      return joko.now
    }
    const prompts = { text: answer, secret: answer, choose: answer }
    const run = await staffServer.run(joko.token, ['wallets', 'adjustments', 'approve', id], prompts)
    expect([run.exitCode, asked]).toEqual([0, ['The code of your second factor:']])
    const again = await staffServer.run(joko.token, ['wallets', 'adjustments', 'approve', id], prompts)
    expect([again.exitCode, asked]).toEqual([5, ['The code of your second factor:']])
  })

  it('comes over HTTP in a header of its own, and to no command that takes none', async () => {
    const [adi, lia] = [await colleague('adi'), await colleague('lia')]
    later(DAY_S + 60)
    const id = await goodwill(adi.token)
    const post = async (path: string[], input: object, code: string) => {
      const body = { path, input, id: randomUUID(), json: true, quiet: true, debug: false, mayAsk: false }
      const answer = await fetch(`${staffServer.server.url}/api/commands/${path[0]}/${path[1]}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${lia.token}`,
          [PROTOCOL_HEADER]: String(PROTOCOL),
          'content-type': 'application/x-ndjson',
          'x-second-factor': code,
        },
        body: `${JSON.stringify({ ...body, answers: [] })}\n`,
      })
      return await answer.text()
    }
    const refused = await post(['attention', 'list'], {}, lia.now)
    expect(refused).toContain('needs no code of a second factor')
    const path = ['wallets', 'adjustments', 'approve']
    expect(await post(path, { adjustment: id }, '000000')).toContain('auth.factor_code_wrong')
    expect(await post(path, { adjustment: id }, lia.now)).toContain('"status":"posted"')
  })
})

it('whoever comes at a terminal hears that their token ends soon; a script and --quiet do not', async () => {
  await say(boss, 'auth', 'staff', 'add', 'gilang', '--role', 'support', '--days', '5')
  const { value } = await say(boss, 'auth', 'staff', 'renew', 'gilang', '--days', '10')
  const token = value.token ?? ''
  const ends = /Your token for .* ends on \d{4}-\d\d-\d\d: an administrator renews it/
  const line = ['orders', 'list']
  expect((await staffServer.run(token, line)).stderr).toMatch(ends)
  for (const flag of ['--json', '--quiet'])
    expect((await staffServer.run(token, [...line, flag])).stderr).not.toMatch(ends)
  expect((await staffServer.run(boss, line)).stderr).not.toMatch(ends)
})

it('a code that is no second factor stays with its command', async () => {
  const { value, code } = await say(boss, 'suspense', 'list', '--code', 'txn_1')
  expect([code, value.data]).toEqual([0, []])
})

it('the secret is shown to them alone, once: not under its key again, not to who attaches, in no row', async () => {
  const { value: hired } = await say(boss, 'auth', 'staff', 'add', 'nur', '--role', 'finance')
  const token = hired.token ?? ''
  const [key, other] = [['--idempotency-key', randomUUID()], await enrol(laku, 'admin')]
  const { secret = '' } = (await say(token, 'auth', 'factor', 'enrol', ...key)).value
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  const again = await staffServer.run(token, ['auth', 'factor', 'enrol', ...key, '--json'])
  expect([again.exitCode, again.stdout]).toEqual([0, ''])
  expect(again.stderr).toContain('its output is no longer stored')
  const runs = await laku.db
    .selectFrom('commandRuns')
    .select(['id', 'command', 'kept'])
    .where('command', 'in', ['auth factor enrol', 'auth staff add'])
    .orderBy('startedAt', 'desc')
    .limit(2)
    .execute()
  for (const { id, command } of runs) {
    for (const by of [token, boss, other.token]) {
      const run = await staffServer.run(by, ['commands', 'attach', id])
      expect(run.stdout + run.stderr).not.toContain(secret)
      if (command === 'auth staff add' && by === other.token) expect(run.exitCode).toBe(3)
    }
  }
  const lines = await laku.db.selectFrom('commandRunLines').selectAll().execute()
  const opened = lines.map((line) => laku.vault.open('command runs', line.sealed))
  expect(opened.join('')).not.toContain(secret)
  expect(runs.map(({ kept }) => kept && laku.vault.open('command runs', kept)).join('')).not.toContain(secret)
})
