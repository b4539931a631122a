import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../../../test/global-setup.ts'
import { openTestLaku, type TestLaku } from '../../../test/laku.ts'
import { hire } from '../../../test/staff.ts'
import { runClient, TestStaffServer } from '../../../test/staff-server.ts'
import { PROTOCOL, PROTOCOL_HEADER, type StreamLine } from '../../cli/client/protocol.ts'
import type { CommandShape } from '../../cli/define/command.ts'
import type { EntryShape } from '../../cli/define/program.ts'
import { keepAnswer } from '../../domain/auth/index.ts'
import type { CustomerLoad } from '../customer-load.ts'
import type { CommandHouse, Execution } from './command-house.ts'

const shapeOf = (name: string, more: Partial<CommandShape> = {}): CommandShape => ({
  kind: 'change',
  name,
  description: 'a command of this test',
  args: [],
  options: [],
  examples: [],
  exits: [0, 1, 2, 3, 4, 5, 6, 7],
  reads: false,
  live: false,
  secondPerson: false,
  ...more,
})
const file = { name: 'file', description: 'a file', isFile: true }
const shapes = [
  shapeOf('slow'),
  shapeOf('look', { kind: 'list', reads: true }),
  shapeOf('take', { kind: 'task', args: [file] }),
  shapeOf('keep'),
]
const commands = ['list', 'show', 'stop', 'attach'].map((name) =>
  shapeOf(name, {
    kind: 'task',
    reads: name !== 'stop',
    args: name === 'list' ? [] : [{ name: 'run', description: 'UUID of a command' }],
  }),
)
const entries: EntryShape[] = [
  { name: 'work', description: 'this test', isNoun: true, load: async () => shapes },
  { name: 'commands', description: 'runs', isNoun: true, load: async () => commands },
]

/** The test's commands, by their verbs. */
let does: Record<string, (execution: Execution) => Promise<number>> = {}
let runs = 0
/** Holds a command back before it begins, if a test wants that. */
let finding: (() => Promise<void>) | undefined
const { commandHouse } = await import('../../commands/command-house.ts')
const house: CommandHouse = {
  find: async (path) => {
    if (path[0] !== 'work') return await commandHouse.find(path)
    await finding?.()
    const shape = shapes.find((shape) => shape.name === path[1])
    return shape && { reads: shape.reads, inputs: new Set(shape.args.map(({ name }) => name)) }
  },
  run: async (execution) => {
    if (execution.request.path[0] !== 'work') return await commandHouse.run(execution)
    runs++
    return (await does[execution.request.path[1] ?? '']?.(execution)) ?? 1
  },
}

let onDisk: string | undefined
const paces = { buildOnDisk: () => onDisk, jobAfterMs: 50, flushMs: 50, heartbeatMs: 100, endWithinMs: 50 }
const folder = mkdtempSync(join(tmpdir(), 'laku-door-'))

let laku: TestLaku
let staffServer: TestStaffServer
let token: string
beforeAll(async () => {
  laku = await openTestLaku()
  staffServer = await TestStaffServer.open(laku, { house, paces })
  token = await staffServer.tokenOf((await hire(laku, 'finance')).id)
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await staffServer?.close()
  await laku?.close()
})
beforeEach(() => {
  does = {}
  runs = 0
})

const env = (of = token) => ({ LAKU_TOKEN: of, XDG_CONFIG_HOME: folder })
const say = (...words: string[]) =>
  runClient(['--server', staffServer.server.url, ...words], env(), undefined, entries)

/** Returns work of this many steps, which waits in between until a test opens the gate. */
function steps(count: number) {
  const gate = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const work = async ({ emit, signal }: Execution) => {
    for (let step = 1; step <= count; step++) {
      if (signal.aborted) return 7
      emit({ note: `step ${step}` })
      await sleep(20)
      if (step === Math.ceil(count / 2)) {
        begun.resolve()
        // The work may have been stopped while it waited.
        const isStopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
        if (!signal.aborted) await Promise.race([gate.promise, isStopped])
      }
    }
    emit({ answer: { steps: count } })
    return 0
  }
  return { work, begun: begun.promise, open: () => gate.resolve() }
}

const said = (count: number) => Array.from({ length: count }, (_, at) => `step ${at + 1}\n`).join('')
const on = () => `On ${new URL(staffServer.server.url).host}, ${staffServer.server.url}.\n`

/**
 * Starts a proxy whose connections can be cut. If `loses` says so, it cuts a connection itself when the
 * server begins to answer.
 */
async function cuttable(to: string, loses = () => false) {
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(to)
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.once('data', (first) => {
      if (loses()) return client.destroy()
      client.write(first)
      upstream.pipe(client)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => server.close(),
  }
}

describe('a command that takes long', () => {
  it('survives a broken connection: nothing is lost, nothing is said or done twice', async () => {
    const { work, begun, open } = steps(10)
    does.slow = work
    const proxy = await cuttable(staffServer.server.url)
    const running = runClient(['--server', proxy.url, '--json', 'work', 'slow'], env(), undefined, entries)
    await begun
    proxy.cut()
    await sleep(100)
    open()
    const { exitCode, stdout, stderr } = await running
    proxy.close()
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '{"steps":10}\n' })
    expect(stderr.slice(stderr.indexOf('\n') + 1)).toBe(said(10))
    expect(runs).toBe(1)
  })

  it('says that it lives while it says nothing, and is not held back on the way', async () => {
    const { work, open } = steps(2)
    does.slow = work
    const answer = await post(
      `{"id":"${crypto.randomUUID()}","path":["work","slow"],"input":{},"json":true,"quiet":false,"debug":false,"mayAsk":false,"answers":[]}\n`,
    )
    expect(answer.headers).toMatchObject({
      'x-accel-buffering': 'no',
      'content-type': 'application/x-ndjson',
    })
    setTimeout(open, 350)
    const lines = (await text(answer))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as StreamLine)
    expect(lines.filter((line) => 'beat' in line).length).toBeGreaterThanOrEqual(2)
    expect(lines.at(-1)).toMatchObject({ end: 0 })
  })

  it('is learnt of by its id, attached to by another terminal, and by nobody else', async () => {
    const { work, begun, open } = steps(6)
    does.slow = work
    const running = say('work', 'slow', '--json', '--idempotency-key', 'once')
    await begun
    const listed = await say('commands', 'list', '--json')
    // The list itself is a run where the machine is so slow that it takes long.
    const { data } = JSON.parse(listed.stdout) as { data: { id: string; key: string }[] }
    const run = data.find(({ key }) => key === 'once')
    expect(run).toMatchObject({ status: 'running', command: 'work slow', exit_code: null })
    const id = run?.id ?? ''
    const attached = say('commands', 'attach', id, '--json')
    const other = await staffServer.tokenOf((await hire(laku, 'finance')).id)
    const refused = await runClient(
      ['--server', staffServer.server.url, 'commands', 'attach', id],
      env(other),
      undefined,
      entries,
    )
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' })
    open()
    const [first, second] = await Promise.all([running, attached])
    expect(first).toEqual({ exitCode: 0, stdout: '{"steps":6}\n', stderr: on() + said(6) })
    expect(second).toEqual({ exitCode: 0, stdout: '{"steps":6}\n', stderr: said(6) })
    // The same key again and the stored output both give the first result.
    expect(await say('work', 'slow', '--json', '--idempotency-key', 'once')).toEqual(first)
    expect(await say('commands', 'attach', id, '--json')).toEqual(second)
    expect(runs).toBe(1)
    const shown = JSON.parse((await say('commands', 'show', id, '--json')).stdout)
    expect(shown).toMatchObject({ status: 'done', exit_code: 0 })
    expect(await say('work', 'keep', '--idempotency-key', 'once')).toMatchObject({ exitCode: 5 })
  })

  it('keeps its id: a command of somebody else under this id is refused, and its reader sees nothing of it', async () => {
    const { work, begun, open } = steps(6)
    does.slow = work
    const running = say('work', 'slow', '--json', '--idempotency-key', 'mine')
    await begun
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    const { id } = data.find(({ key }: { key: string }) => key === 'mine')
    const other = await staffServer.tokenOf((await hire(laku, 'finance')).id)
    for (const verb of ['look', 'slow']) {
      const answer = await post(lineOf({ id, path: ['work', verb] }), PROTOCOL, other, verb)
      expect([answer.statusCode, JSON.parse(await text(answer)).code]).toEqual([
        409,
        'auth.command_key_reused',
      ])
    }
    const attached = say('commands', 'attach', id, '--json')
    open()
    const whole = { exitCode: 0, stdout: '{"steps":6}\n' }
    expect([await running, await attached]).toMatchObject([whole, whole])
    expect(runs).toBe(1)
  })

  it.each([
    ['a change', 'slow'],
    ['a read', 'look'],
  ])('%s whose connection breaks before its first line is done once, and told', async (_, verb) => {
    const { work, open } = steps(4)
    does[verb] = work
    open()
    let broken = 0
    const proxy = await cuttable(staffServer.server.url, () => broken++ === 0)
    const { exitCode, stdout } = await runClient(
      ['--server', proxy.url, '--json', 'work', verb],
      env(),
      undefined,
      entries,
    )
    proxy.close()
    expect([exitCode, stdout, broken > 0]).toEqual([0, '{"steps":4}\n', true])
    if (verb === 'slow') expect(runs).toBe(1)
  })

  it('that only reads runs once under one id, however often and to whichever server it is sent', async () => {
    const { work, begun, open } = steps(4)
    does.look = work
    const id = crypto.randomUUID()
    const other = await TestStaffServer.open(laku, { house, paces })
    const send = async (to = staffServer) => {
      const answer = await post(lineOf({ id, path: ['work', 'look'] }), PROTOCOL, token, 'look', to)
      return linesOf(await text(answer))
    }
    const sent = [send(), send()]
    await begun
    const isJob = async () => (await say('commands', 'show', id)).exitCode === 0
    while (!(await isJob()));
    sent.push(send(other))
    const refused = await post(lineOf({ id, path: ['work', 'look'], json: false }), PROTOCOL, token, 'look')
    expect(refused.statusCode).toBe(409)
    open()
    const [first, ...more] = [...(await Promise.all(sent)), await send(), await send(other)]
    expect(first?.at(-1)).toMatchObject({ end: 0 })
    for (const output of more) expect(output).toEqual(first)
    expect(runs).toBe(1)

    // Two servers got it at once, and the second one records it first. The first one wants to store its own
    // output because that is large.
    const twice = crypto.randomUUID()
    const late = await TestStaffServer.open(laku, { house, paces: { ...paces, jobAfterMs: 60_000 } })
    const isElsewhere = Promise.withResolvers<void>()
    const whole = steps(4)
    const isHere = new Promise<void>((resolve) => {
      does.look = async ({ emit, ready, signal }) => {
        does.look = whole.work
        emit({ note: 'x'.repeat(9 * 1024 * 1024) })
        resolve()
        await isElsewhere.promise
        await ready()
        return signal.aborted ? 7 : 0
      }
    })
    const line = lineOf({ id: twice, path: ['work', 'look'] })
    const lost = post(line, PROTOCOL, token, 'look', late).then(text).then(linesOf)
    await isHere
    const kept = post(line, PROTOCOL, token, 'look').then(text).then(linesOf)
    while ((await say('commands', 'show', twice)).exitCode !== 0);
    isElsewhere.resolve()
    expect((await lost).slice(-2)).toMatchObject([{ failure: { code: 'auth.command_run_lost' } }, { end: 5 }])
    whole.open()
    expect((await kept).at(-1)).toMatchObject({ end: 0 })
    const attached = await say('commands', 'attach', twice, '--json')
    expect(attached).toEqual({ exitCode: 0, stdout: '{"steps":4}\n', stderr: said(4) })
    await late.close()
    await other.close()
  })

  it('that only reads and ends while its row is being inserted is ended in its row as well', async () => {
    const id = crypto.randomUUID()
    const lock = await laku.pool.connect()
    await lock.query('begin')
    await lock.query('lock table command_runs in share row exclusive mode')
    const isInserted = async () => {
      const { rows } = await laku.pool.query(
        "select from pg_locks where relation = 'command_runs'::regclass and mode = 'RowExclusiveLock' and not granted",
      )
      return rows.length > 0
    }
    const ended = Promise.withResolvers<void>()
    does.look = async ({ emit }) => {
      emit({ answer: { looked: true } })
      while (!(await isInserted())) await sleep(10)
      ended.resolve()
      return 0
    }
    const send = () => post(lineOf({ id, path: ['work', 'look'] }), PROTOCOL, token, 'look')
    const first = send().then(text).then(linesOf)
    await ended.promise
    await sleep(20)
    await lock.query('commit')
    lock.release()
    expect((await first).at(-1)).toMatchObject({ end: 0 })
    await expect.poll(async () => (await say('commands', 'show', id)).exitCode).toBe(0)
    expect(linesOf(await text(await send()))).toEqual(await first)
    expect(runs).toBe(1)
  })

  it('that another server took over while its own server was silent stores nothing more', async () => {
    const { work, begun } = steps(10)
    does.slow = work
    const words = ['--server', staffServer.server.url, 'work', 'slow', '--json', '--idempotency-key', 'taken']
    const running = runClient(words, env(), undefined, entries)
    await begun
    await query(laku.ownerUrl, `update command_runs set attempt = 2 where key = 'taken'`)
    const { exitCode, stdout } = await running
    expect([exitCode, JSON.parse(stdout).error.code]).toEqual([5, 'auth.command_run_lost'])
    const { rows } = await sql<{ endedAt: Date | null }>`
      select ended_at from command_runs where key = 'taken'`.execute(laku.db)
    expect(rows).toEqual([{ endedAt: null }])
  })

  it('whose connection breaks for good before its first line tells the id by which to look for it', async () => {
    const { work, open } = steps(4)
    does.slow = work
    open()
    const proxy = await cuttable(staffServer.server.url, () => true)
    let nowMs = 0
    const time = {
      nowMs: () => nowMs,
      sleep: async (ms: number) => {
        nowMs += ms
      },
    }
    const { exitCode, stdout } = await runClient(
      ['--server', proxy.url, '--json', 'work', 'slow'],
      env(),
      undefined,
      entries,
      { time },
    )
    proxy.close()
    const { error } = JSON.parse(stdout)
    expect([exitCode, error.message]).toEqual([6, expect.stringContaining(error.details.run)])
    expect(JSON.parse((await say('commands', 'show', error.details.run, '--json')).stdout)).toMatchObject({
      command: 'work slow',
    })
    expect(runs).toBe(1)
  })

  it('whose second sending is refused tells the id as well, because the first may have begun', async () => {
    const { work, open } = steps(4)
    does.slow = work
    open()
    let sent = 0
    const person = await hire(laku, 'finance')
    const ending = await staffServer.tokenOf(person.id)
    const proxy = await cuttable(staffServer.server.url, () => sent++ === 0)
    const end = async () => {
      await query(laku.ownerUrl, `update staff_tokens set revoked_at = now() where staff_id = '${person.id}'`)
    }
    const words = ['--server', proxy.url, '--json', 'work', 'slow']
    const time = { nowMs: () => 0, sleep: end }
    const { exitCode, stdout } = await runClient(words, env(ending), undefined, entries, { time })
    proxy.close()
    const { error } = JSON.parse(stdout)
    expect([exitCode, error.message]).toEqual([
      4,
      expect.stringContaining(`commands show ${error.details.run}`),
    ])
  })

  it('is stopped between two of its steps', async () => {
    const { work, begun } = steps(10)
    does.slow = work
    const running = say('work', 'slow', '--quiet')
    await begun
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    const stopped = await say('commands', 'stop', data[0].id)
    expect(stopped).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is asked to stop') })
    expect(await running).toMatchObject({ exitCode: 7 })
    expect(await say('commands', 'stop', data[0].id)).toMatchObject({ exitCode: 5 })
  })

  it('of whose token is revoked ends at its next step', async () => {
    const own = await hire(laku, 'finance')
    const { work, begun } = steps(10)
    does.slow = work
    const line = ['--server', staffServer.server.url, 'work', 'slow', '--quiet']
    const running = runClient(line, env(own.proof?.reveal()), undefined, entries)
    await begun
    const boss = (await hire(laku, 'admin')).proof?.reveal() ?? ''
    const revoke = ['auth', 'staff', 'revoke', own.name, '--tokens-only', '--reason', 'stolen']
    expect(await staffServer.run(boss, revoke)).toMatchObject({ exitCode: 0 })
    expect(await running).toMatchObject({ exitCode: 7 })
  })

  it('is shown no further to a reader whose token is revoked', async () => {
    const { work, begun, open } = steps(6)
    does.slow = work
    const running = say('work', 'slow', '--idempotency-key', 'watched')
    await begun
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    const reader = await hire(laku, 'admin')
    const isReading = Promise.withResolvers<void>()
    const reading = runClient(
      ['--server', staffServer.server.url, 'commands', 'attach', data[0].id],
      env(reader.proof?.reveal()),
      undefined,
      entries,
      { heard: (text) => text.includes('step 3') && isReading.resolve() },
    )
    await isReading.promise
    const boss = (await hire(laku, 'admin')).proof?.reveal() ?? ''
    const revoke = ['auth', 'staff', 'revoke', reader.name, '--tokens-only', '--reason', 'stolen']
    expect(await staffServer.run(boss, revoke)).toMatchObject({ exitCode: 0 })
    expect(await reading).toMatchObject({ exitCode: 4, stderr: expect.not.stringContaining('step 4') })
    open()
    expect((await running).exitCode).toBe(0)
  })

  it('of who has another role by now ends at its next step', async () => {
    const own = await hire(laku, 'finance')
    const { work, begun } = steps(10)
    does.slow = work
    const line = ['--server', staffServer.server.url, 'work', 'slow', '--quiet']
    const running = runClient(line, env(own.proof?.reveal()), undefined, entries)
    await begun
    const boss = (await hire(laku, 'admin')).proof?.reveal() ?? ''
    const demote = ['auth', 'staff', 'role', own.name, 'support', '--reason', 'moved']
    expect(await staffServer.run(boss, demote)).toMatchObject({ exitCode: 0 })
    expect(await running).toMatchObject({ exitCode: 7 })
  })

  it('that its server could not finish says so, and is done again under its key: once', async () => {
    const { work, begun } = steps(4)
    does.slow = work
    const first = await TestStaffServer.open(laku, { house, paces })
    const words = ['work', 'slow', '--json', '--idempotency-key', 'nightly']
    const running = runClient(['--server', first.server.url, ...words], env(), undefined, entries)
    await begun
    const { port } = new URL(first.server.url)
    await first.close()
    const again = await TestStaffServer.open(laku, { house, paces, port: Number(port) })
    const told = await running
    expect(told.exitCode).toBe(6)
    expect(JSON.parse(told.stdout)).toMatchObject({
      error: { code: 'cli.interrupted', details: { idempotency_key: 'nightly' } },
    })
    const whole = steps(4)
    whole.open()
    does.slow = whole.work
    const second = await runClient(
      ['--server', again.server.url, ...words, '--quiet'],
      env(),
      undefined,
      entries,
    )
    expect(second).toMatchObject({ exitCode: 0, stdout: '{"steps":4}\n' })
    expect(runs).toBe(2)
    await again.close()
  })

  it('with --wait is done again by itself where its server ended, and waits for one that is away', async () => {
    const { work, begun } = steps(4)
    does.slow = work
    const first = await TestStaffServer.open(laku, { house, paces })
    const words = ['--server', first.server.url, '--wait', '30s', '--json', '--quiet', 'work', 'slow']
    const running = runClient(words, env(), undefined, entries)
    await begun
    await first.close()
    const waiting = runClient([...words.slice(0, -1), 'look'], env(), undefined, entries)
    const whole = steps(4)
    whole.open()
    does.slow = whole.work
    does.look = async ({ emit }) => {
      emit({ answer: 'seen' })
      return 0
    }
    await sleep(200)
    const again = await TestStaffServer.open(laku, {
      house,
      paces,
      port: Number(new URL(first.server.url).port),
    })
    expect(await running).toEqual({ exitCode: 0, stdout: '{"steps":4}\n', stderr: '' })
    expect(await waiting).toEqual({ exitCode: 0, stdout: '"seen"\n', stderr: '' })
    await again.close()
    const gone = await runClient(
      [...words.slice(0, 2), '--wait', '1s', 'work', 'look'],
      env(),
      undefined,
      entries,
    )
    expect(gone).toMatchObject({
      exitCode: 6,
      stderr: expect.stringContaining('does not answer (ECONNREFUSED)'),
    })
  })
})

describe('long work beside customers', () => {
  /** Customers whose requests end together, when the test says so. */
  class Customers implements CustomerLoad {
    received = 0
    inFlight = 0
    waits = 0
    async idle(): Promise<void> {
      this.waits++
      this.inFlight = 0
    }
  }

  it('rests after a piece that ran beside a request, for three times its length, and begins the next when no request is open', async () => {
    const customers = new Customers()
    const busy = await TestStaffServer.open(laku, { house, paces: { ...paces, customers } })
    const restsOf = async (beside: () => void) => {
      const rests: number[] = []
      does.look = async ({ ready }) => {
        for (let piece = 0; piece < 4; piece++) {
          beside()
          const until = performance.now() + 20
          while (performance.now() < until);
          const began = performance.now()
          await ready()
          rests.push(performance.now() - began)
        }
        return 0
      }
      await runClient(['--server', busy.server.url, 'work', 'look'], env(), undefined, entries)
      return Math.min(...rests)
    }
    const besideMs = await restsOf(() => {
      customers.received++
      customers.inFlight++
    })
    expect(besideMs).toBeGreaterThan(3 * 18)
    expect(customers.waits).toBe(4)
    expect(await restsOf(() => {})).toBeLessThan(besideMs)
    await busy.close()
  })
})

describe('Ctrl-C', () => {
  /**
   * Returns prompts for a person at a terminal who presses Ctrl-C when the third step is shown, and then
   * gives this answer. Undefined: they press Ctrl-C again.
   */
  function person(
    answer: (choices: readonly string[]) => string | undefined | Promise<string>,
    nowMs = () => 0,
  ) {
    const asked: string[] = []
    const ended = Promise.withResolvers<void>()
    let isPressed = false
    const choose = async (question: string, choices: readonly string[]) => {
      asked.push(question)
      const chosen = await answer(choices)
      if (chosen === undefined) throw new Error('left without an answer')
      return chosen
    }
    const run = (...words: string[]) =>
      runClient(
        ['--server', staffServer.server.url, ...words],
        env(),
        { text: choose as never, secret: choose as never, choose },
        entries,
        {
          time: { nowMs, sleep },
          endBySignal: () => ended.resolve(),
          heard: (text) => {
            if (isPressed || !text.includes('step 3')) return
            isPressed = true
            process.emit('SIGINT')
          },
        },
      )
    return { asked, ended: ended.promise, run }
  }
  const lastRun = async (command = 'work slow') => {
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    return data.find((run: { command: string }) => run.command === command) as { id: string }
  }

  it('asks, and the work goes on where the person goes on watching', async () => {
    const { work, open } = steps(6)
    does.slow = work
    const { asked, run } = person(([goOn]) => {
      open()
      return goOn
    })
    expect(await run('work', 'slow')).toMatchObject({ exitCode: 0, stderr: on() + said(6) })
    expect(asked).toEqual(['Stop the work?'])
  })

  it('asks, and stops the work between two of its steps', async () => {
    const { work } = steps(6)
    does.slow = work
    expect(await person(([, stop]) => stop).run('work', 'slow')).toMatchObject({ exitCode: 7 })
    expect(await lastRun()).toMatchObject({ status: 'done', exit_code: 7 })
  })

  it('pressed twice before the question is there ends the client at once, and says how to attach again', async () => {
    const { work, open } = steps(6)
    does.slow = work
    const asked = Promise.withResolvers<void>()
    const { ended, run } = person(() => {
      asked.resolve()
      return new Promise(() => {})
    })
    void run('work', 'slow')
    await asked.promise
    process.emit('SIGINT')
    await ended
    const last = await lastRun()
    open()
    expect((await say('commands', 'attach', last.id, '--json')).exitCode).toBe(0)
  })

  it.each([
    ['who leaves', ([, , leave]: readonly string[]) => leave],
    ['who presses it again', () => undefined],
  ])('by somebody %s ends the client alone, and says how to attach again', async (_, answer) => {
    const { work, open } = steps(6)
    does.slow = work
    const { ended, run } = person(answer)
    const running = run('work', 'slow')
    await ended
    const last = await lastRun()
    expect(last).toMatchObject({ status: 'running' })
    open()
    // In this process, the client only announces that it ends.
    expect((await running).stderr).toContain(`The work goes on: laku commands attach ${last.id}\n`)
    const again = await say('commands', 'attach', last.id, '--json')
    expect(again).toEqual({ exitCode: 0, stdout: '{"steps":6}\n', stderr: said(6) })
  })

  it('before the server answered ends the client, and tells the id of a command that may have begun', async () => {
    const { work, open } = steps(2)
    does.slow = work
    open()
    const gate = Promise.withResolvers<void>()
    const sent = Promise.withResolvers<void>()
    finding = () => {
      sent.resolve()
      return gate.promise
    }
    const { asked, ended, run } = person(() => undefined)
    const running = run('work', 'slow', '--idempotency-key', 'early')
    await sent.promise
    process.emit('SIGINT')
    await ended
    finding = undefined
    gate.resolve()
    const { stderr } = await running
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    const { id } = data.find(({ key: own }: { key: string }) => own === 'early')
    expect([asked, stderr]).toEqual([
      [],
      expect.stringContaining(`The command may have begun: laku commands show ${id}\n`),
    ])
  })

  it('of a read that is short ends the client; of one that takes long it asks', async () => {
    const short = steps(6)
    does.look = short.work
    const brief = person(([, stop]) => stop)
    const running = brief.run('work', 'look')
    await brief.ended
    short.open()
    await running
    expect(brief.asked).toEqual([])

    // On a slow machine, the short read has become a job as well, and has a row already.
    const before = (await lastRun('work look'))?.id
    does.look = steps(6).work
    let readAt = 0
    const lasting = person(
      async ([, stop = '']) => {
        // Only a read that has become a job has a row and can be stopped.
        while ([before, undefined].includes((await lastRun('work look'))?.id)) await sleep(20)
        return stop
      },
      () => (readAt += 6_000),
    )
    expect(await lasting.run('work', 'look')).toMatchObject({ exitCode: 7 })
    expect(lasting.asked).toHaveLength(1)
  })
})

describe('a terminal that is closed', () => {
  /** Runs a command until its third step, waits for `until`, and then closes its terminal. */
  const hangUp = async (words: string[], until = async () => {}) => {
    const ended = Promise.withResolvers<string>()
    let readAt = 0
    let isClosed = false
    const running = runClient(['--server', staffServer.server.url, ...words], env(), undefined, entries, {
      // By the client's clock, the command takes long.
      time: { nowMs: () => (readAt += 6_000), sleep },
      endBySignal: (signal) => ended.resolve(signal),
      heard: (text) => {
        if (isClosed || !text.includes('step 3')) return
        isClosed = true
        void until().then(() => process.emit('SIGHUP'))
      },
    })
    return { signal: await ended.promise, running }
  }
  const runOf = async (command: string) => {
    const { data } = JSON.parse((await say('commands', 'list', '--json')).stdout)
    return data.find((run: { command: string }) => run.command === command) as
      | { id: string; status: string }
      | undefined
  }

  it('ends a read in the server, also one that became a job; it is left as stopped', async () => {
    does.look = steps(6).work
    const before = (await runOf('work look'))?.id
    const { signal, running } = await hangUp(['work', 'look'], async () => {
      while ([before, undefined].includes((await runOf('work look'))?.id)) await sleep(20)
    })
    expect(signal).toBe('SIGHUP')
    expect((await running).exitCode).toBe(7)
  })

  it('leaves a change to go on, which is learnt of by its id', async () => {
    const { work, open } = steps(6)
    does.slow = work
    const { signal, running } = await hangUp(['work', 'slow'])
    const { id = '', status } = (await runOf('work slow')) ?? {}
    expect([signal, status]).toEqual(['SIGHUP', 'running'])
    open()
    expect((await running).exitCode).toBe(0)
    expect(await say('commands', 'attach', id, '--json')).toMatchObject({ stdout: '{"steps":6}\n' })
  })

  it('ends no change that it was only attached to', async () => {
    const { work, open, begun } = steps(6)
    does.slow = work
    const first = say('work', 'slow')
    await begun
    const { id = '' } = (await runOf('work slow')) ?? {}
    const { running } = await hangUp(['commands', 'attach', id])
    open()
    expect([(await first).exitCode, (await running).exitCode]).toEqual([0, 0])
  })
})

describe('a change', () => {
  it('whose answer was lost with its server is told from its own transaction, and not made twice', async () => {
    does.keep = async ({ laku: own, run, actor }) => {
      await own.unitOfWork.run(actor, async (work) => {
        work.audit({ command: 'work keep', subject: ['test', 'kept'], after: { made: true } })
        await keepAnswer(work, run, JSON.stringify([{ answer: { made: true } }, { end: 0 }]))
      })
      // The command never ends, as if its process had died here.
      await new Promise(() => {})
      return 0
    }
    const lost = await TestStaffServer.open(laku, { house, paces })
    const words = ['work', 'keep', '--json', '--quiet', '--idempotency-key', 'kept']
    const running = runClient(['--server', lost.server.url, ...words], env(), undefined, entries)
    const made = () =>
      laku.db.selectFrom('auditLog').select('id').where('command', '=', 'work keep').execute()
    while ((await made()).length === 0) await sleep(20)
    await lost.close()
    // Another server had begun the command earlier, and died before the change.
    await query(laku.ownerUrl, `update command_runs set attempt = 2 where key = 'kept'`)
    const again = await TestStaffServer.open(laku, {
      house,
      paces,
      port: Number(new URL(lost.server.url).port),
    })
    await running
    const second = await runClient(['--server', again.server.url, ...words], env(), undefined, entries)
    expect(second).toEqual({ exitCode: 0, stdout: '{"made":true}\n', stderr: '' })
    expect([runs, (await made()).length]).toEqual([1, 1])
    const { rows } = await sql<{ id: string }>`select id from command_runs where key = 'kept'`.execute(
      laku.db,
    )
    const attached = await say('commands', 'attach', rows[0]?.id ?? '', '--json')
    expect(attached).toMatchObject({ exitCode: 0, stdout: '{"made":true}\n' })
    await again.close()
  })

  it.each([
    ['is not allowed', 4, 'kernel.second_factor_needed'],
    ['is in conflict', 5, 'order.state'],
    ['is to be tried later', 6, 'provider.unreachable'],
    ['was stopped half-way', 7, 'cli.stopped'],
    ['met a fault of laku', 1, 'cli.failed'],
  ])('that %s does not keep its key: it is tried anew once the cause is gone', async (_, exitCode, code) => {
    const id = crypto.randomUUID()
    const key = `tried ${exitCode}`
    const refusing = async ({ emit }: Execution) => {
      emit({ failure: { code, message: 'No.', details: {}, exitCode, foreseen: true } })
      return exitCode
    }
    does.slow = refusing
    const send = () =>
      post(lineOf({ id, key, path: ['work', 'slow'] }))
        .then(text)
        .then(linesOf)
    const refused = await send()
    expect(refused.at(-1)).toMatchObject({ end: exitCode })
    const { work, open } = steps(2)
    does.slow = work
    open()
    // The same request under its id is the same run: a client whose connection broke hears what happened.
    expect(await send()).toEqual(refused)
    expect(runs).toBe(1)
    const words = ['work', 'slow', '--json', '--quiet', '--idempotency-key', key]
    const done = { exitCode: 0, stdout: '{"steps":2}\n' }
    // Two at once are one run.
    expect(await Promise.all([say(...words), say(...words)])).toMatchObject([done, done])
    does.slow = refusing
    expect(await say(...words)).toMatchObject(done)
    expect(runs).toBe(2)
    expect(await say('commands', 'show', id, '--json')).toMatchObject({
      stdout: expect.stringContaining(`"exit_code":${exitCode}`),
    })
  })

  it('that was made although its server says that it failed is told from its own transaction', async () => {
    does.keep = async ({ laku: own, run, actor, emit }) => {
      await own.unitOfWork.run(actor, (work) =>
        keepAnswer(work, run, JSON.stringify([{ answer: { made: true } }, { end: 0 }])),
      )
      const message = 'the connection broke at the commit'
      emit({ failure: { code: 'kernel.database_down', message, details: {}, exitCode: 6, foreseen: true } })
      return 6
    }
    const words = ['work', 'keep', '--json', '--quiet', '--idempotency-key', 'uncertain']
    expect((await say(...words)).exitCode).toBe(6)
    expect(await say(...words)).toEqual({ exitCode: 0, stdout: '{"made":true}\n', stderr: '' })
    expect(await say(...words)).toEqual({ exitCode: 0, stdout: '{"made":true}\n', stderr: '' })
    expect(runs).toBe(1)
  })

  it('leaves nothing readable of what it said', async () => {
    does.slow = async ({ emit }) => {
      emit({ answer: { token: 'lkst_secret' } })
      return 0
    }
    await say('work', 'slow', '--json')
    const { rows } = await sql<{ sealed: string }>`select sealed from command_run_lines`.execute(laku.db)
    expect(rows.length).toBeGreaterThan(0)
    for (const { sealed } of rows) expect(sealed).not.toContain('lkst_secret')
  })
})

describe('files', () => {
  it('go in as they are, whole, and come back where the command line said', async () => {
    const given = join(folder, 'given.bin')
    const bytes = Buffer.alloc(3 * 1024 * 1024, 'laku\n\u0000ü')
    writeFileSync(given, bytes)
    // The file from before can be read by others; the one that comes back cannot.
    writeFileSync(`${given}.failed.csv`, 'from before', { mode: 0o644 })
    does.take = async ({ filePath, emit, request: { file: named } }) => {
      const read: Buffer[] = []
      for await (const piece of createReadStream(filePath as string)) read.push(piece as Buffer)
      emit({ file: `${named?.name}.failed.csv`, data: Buffer.concat(read).toString('base64'), mode: 0o600 })
      emit({ file: '/tmp/laku-nobody-asked', data: '', mode: 0o600 })
      return 0
    }
    const { exitCode, stderr } = await say('work', 'take', given)
    expect(readFileSync(`${given}.failed.csv`).equals(bytes)).toBe(true)
    expect(statSync(`${given}.failed.csv`).mode & 0o777).toBe(0o600)
    expect(stderr).toContain('wants to write /tmp/laku-nobody-asked, but you did not ask for that file')
    expect(exitCode).toBe(6)
  })

  it('that cannot be written here keep neither the answer nor the exit code of what was done', async () => {
    const given = join(folder, 'short.bin')
    writeFileSync(given, 'x')
    mkdirSync(`${given}.failed.csv`)
    const end = (code: number) => {
      does.take = async ({ emit }) => {
        emit({ file: `${given}.failed.csv`, data: 'eA==', mode: 0o600 })
        emit({ file: `${given}.failed.csv`, data: 'eA==' })
        emit({ answer: 'said' })
        return code
      }
      return say('work', 'take', given, '--json')
    }
    for (const [code, told] of [
      [7, 7],
      [0, 1],
    ] as const)
      expect(await end(code)).toMatchObject({
        exitCode: told,
        stdout: '"said"\n',
        stderr: expect.stringMatching(/cannot be written \(EISDIR.* stays done/),
      })
  })

  it('of more than 50 MB are refused before anything runs', async () => {
    const given = join(folder, 'large.bin')
    writeFileSync(given, Buffer.alloc(51 * 1024 * 1024))
    does.take = async () => 0
    const { exitCode, stderr } = await say('work', 'take', given)
    expect([exitCode, runs]).toEqual([2, 0])
    expect(stderr).toContain('larger than 50 MB')
    writeFileSync(given, Buffer.alloc(50 * 1024 * 1024))
    expect((await say('work', 'take', given)).exitCode).toBe(0)
  })

  it('that are pipes are read once, and sent again with the answer to a question', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('sh', ['-c', `mkfifo '${pipe}'`])
    const writer = spawn('sh', ['-c', `printf 'a,b' > ${pipe}`])
    const seen: string[] = []
    does.take = async ({ filePath, emit, request: { answers } }) => {
      seen.push(readFileSync(filePath as string, 'utf8'))
      if (answers.length > 0) return 0
      emit({ ask: { kind: 'text', message: 'sure?' } })
      return 'asked' as never
    }
    const yes = async () => 'yes'
    const { exitCode } = await runClient(
      ['--server', staffServer.server.url, 'work', 'take', pipe],
      env(),
      { text: yes, secret: yes, choose: yes },
      entries,
    )
    writer.kill()
    expect([exitCode, seen]).toEqual([0, ['a,b', 'a,b']])
  })

  it('that are folders are named as what they are, and no fault of the server', async () => {
    const errors: unknown[] = []
    does.take = async ({ request: { file: named } }) => {
      errors.push(named?.error)
      return 2
    }
    expect((await say('work', 'take', folder)).exitCode).toBe(2)
    expect(errors).toEqual([expect.stringMatching(/^EISDIR/)])
  })
})

// A key of this test alone, and a certificate that it made for itself.
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvhwaZsxRLIpxrx8I
kL0N4F3182qW2AXLlibHdUT927ihRANCAARePMdRahnqpQAvrjK6HKhLlOJ13tWn
9H2X1ibhOAgYqklb602hnPIuJz/m8SUevN0n6y4ruAwawrCMdE1xklP5
-----END PRIVATE KEY-----`
const cert = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUIpNDW0KLFj482HWFqAJuCoU1BgAwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDE3MjIwMFoYDzIxMjYxMTA2
MTcyMjAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARePMdRahnqpQAvrjK6HKhLlOJ13tWn9H2X1ibhOAgYqklb602hnPIu
Jz/m8SUevN0n6y4ruAwawrCMdE1xklP5o1MwUTAdBgNVHQ4EFgQUq8o0zJZIEO+o
BHK5qC7xN5WQ2VgwHwYDVR0jBBgwFoAUq8o0zJZIEO+oBHK5qC7xN5WQ2VgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAvqfIeMegwmz1Y+SW/doo
KF7EWpoVt/6qKG4Sp8W83fACIH8AcdDc0+XMSX2jmemPUvTFQ3VSqUVcdnK5hZUK
2vtC
-----END CERTIFICATE-----`

const lineOf = (more: object) =>
  `${JSON.stringify({ id: crypto.randomUUID(), input: {}, json: true, quiet: false, debug: false, mayAsk: false, answers: [], ...more })}\n`

const linesOf = (answer: string) =>
  answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamLine)
    .filter((line) => !('beat' in line))

const post = (
  body: string,
  protocol: number | string = PROTOCOL,
  of = token,
  verb = 'slow',
  to = staffServer,
) =>
  new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${of}`,
      [PROTOCOL_HEADER]: String(protocol),
      'content-type': 'application/x-ndjson',
    }
    const asked = request(
      new URL(`/api/commands/work/${verb}`, to.server.url),
      { method: 'POST', headers },
      resolve,
    )
    asked.on('error', reject).end(body)
  })

describe('the handshake', () => {
  it.each([
    [0, 'other_version'],
    [PROTOCOL + 1, 'other_version'],
    [1.5, 'other_version'],
  ])(
    'of protocol %d is refused before the token is looked at, with both versions',
    async (protocol, code) => {
      const answer = await post('', protocol, 'lkst_wrong')
      expect(answer.statusCode).toBe(400)
      expect(JSON.parse(await text(answer))).toMatchObject({
        code: `staff_door.${code}`,
        details: { server_protocol: PROTOCOL, client_protocol: protocol, server_version: expect.any(String) },
      })
    },
  )

  it.each([
    [PROTOCOL + 1, /your laku \S+ is too old for the server .* install laku 9\.0\.0 here/],
    [PROTOCOL - 1, /the server \S+ \(laku 9\.0\.0\) is too old for your laku .* upgrade the server/],
  ])('with a server of protocol %i is a clear sentence', async (protocol, sentence) => {
    const { createServer: createHttp } = await import('node:http')
    const other = createHttp((_, reply) => {
      reply.writeHead(400, { [PROTOCOL_HEADER]: String(protocol) })
      reply.end(
        JSON.stringify({
          code: 'staff_door.other_version',
          details: { server_version: '9.0.0', server_protocol: protocol },
        }),
      )
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const { exitCode, stderr } = await runClient(['--server', url, 'work', 'look'], env(), undefined, entries)
    other.close()
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(sentence)
  })

  it('with an older server is waited for with --wait, for it may be in an upgrade: then 6; without, 2', async () => {
    const { createServer: createHttp } = await import('node:http')
    const details = { server_version: '0.0.1', server_protocol: PROTOCOL - 1, command: 'work look' }
    const away = [
      { code: 'staff_door.other_version', details },
      { code: 'staff_door.no_such_command', details },
    ]
    for (const refused of away) {
      let asked = 0
      let isUpgraded = false
      const server = createHttp((_, reply) => {
        asked++
        reply.writeHead(isUpgraded ? 200 : 400, { [PROTOCOL_HEADER]: String(PROTOCOL) })
        reply.end(isUpgraded ? '{"n":0,"answer":"seen"}\n{"n":1,"end":0}\n' : JSON.stringify(refused))
      }).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const look = (...wait: string[]) =>
        runClient(['--server', url, ...wait, '--json', 'work', 'look'], env(), undefined, entries)
      expect([(await look()).exitCode, asked]).toEqual([2, 1])
      const over = await look('--wait', '1s')
      expect([over.exitCode, asked > 2]).toEqual([6, true])
      expect(JSON.parse(over.stdout).error).toMatchObject({
        code: 'cli.server_away',
        message: expect.stringContaining('laku 0.0.1'),
      })
      const waiting = look('--wait', '30s')
      await sleep(100)
      isUpgraded = true
      expect(await waiting).toEqual({ exitCode: 0, stdout: '"seen"\n', stderr: '' })
      server.close()
    }
  })

  it('of a garbled protocol is refused', async () => {
    for (const garbled of ['', 'one', '1, 1'])
      expect([garbled, (await post('', garbled)).statusCode]).toEqual([garbled, 400])
  })

  it.each<[string, number, Record<string, string>, string, number, RegExp]>([
    [
      'a page',
      200,
      { 'content-type': 'text/html' },
      '<p>hi</p>',
      6,
      /is not a staff server of laku \(status 200\)/,
    ],
    ['a redirect', 302, {}, '', 6, /is not a staff server of laku \(status 302\)/],
    ['a proxy with a smaller limit', 413, {}, '<p>too large</p>', 2, /Raise its limit to 50 MB/],
    ['a proxy that has too many requests', 429, {}, '<p>later</p>', 6, /does not answer \(status 429\)/],
    ['a proxy without its server', 502, {}, '<p>bad gateway</p>', 6, /does not answer \(status 502\)/],
  ])('with %s is told, and the token goes nowhere else', async (_, status, headers, body, exit, sentence) => {
    const { createServer: createHttp } = await import('node:http')
    let strangers = 0
    const elsewhere = createHttp((_, reply) => {
      strangers++
      reply.end()
    }).listen(0, '127.0.0.1')
    const other = createHttp((_, reply) => {
      const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
      reply.writeHead(status, { ...headers, ...(status === 302 && { location }) }).end(body)
    }).listen(0, '127.0.0.1')
    await Promise.all([once(elsewhere, 'listening'), once(other, 'listening')])
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const { exitCode, stderr } = await runClient(['--server', url, 'work', 'look'], env(), undefined, entries)
    other.close()
    elsewhere.close()
    expect([exitCode, stderr, strangers]).toEqual([exit, expect.stringMatching(sentence), 0])
  })

  it('with a certificate that nobody vouches for sends no token, and is not waited for', async () => {
    const { createServer: createHttps } = await import('node:https')
    let requests = 0
    const other = createHttps({ key, cert }, (_, reply) => {
      requests++
      reply.end()
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    const url = `https://localhost:${(other.address() as AddressInfo).port}`
    const { exitCode, stderr } = await runClient(
      ['--server', url, '--wait', '30m', 'work', 'look'],
      env(),
      undefined,
      entries,
    )
    other.close()
    expect([exitCode, requests]).toEqual([6, 0])
    expect(stderr).toMatch(/does not trust the certificate of .* NODE_EXTRA_CA_CERTS/)
  })

  it('with a text that is no token says so before anything is sent', async () => {
    for (const none of ['lkst_a b', 'lkst_\u2026', 'lkst_a\r'])
      expect(
        await runClient(['--server', staffServer.server.url, 'work', 'look'], env(none), undefined, entries),
      ).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('cannot be a staff token') })
  })

  it('with what is no door says so; a token that is not good is 4, and nothing is read of its body', async () => {
    const { exitCode, stderr } = await runClient(
      ['--server', staffServer.server.url, 'work', 'look'],
      env('lkst_wrong'),
      undefined,
      entries,
    )
    expect(exitCode).toBe(4)
    expect(stderr).toContain('your token is not valid at')
    expect((await post('x'.repeat(2_000_000), PROTOCOL, 'lkst_wrong')).statusCode).toBe(403)
  })

  it('with a server over which another build was installed runs nothing and says to restart it', async () => {
    onDisk = 'another'
    const { exitCode, stderr } = await say('work', 'slow')
    const early = await say('work', 'look', '--json', '--wait', '1s')
    onDisk = undefined
    expect([exitCode, early.exitCode, runs]).toEqual([6, 6, 0])
    expect(stderr).toMatch(/Another build of laku was installed .* Restart laku serve and laku worker/)
    expect((await say('work', 'look')).stderr).toBe('')
  })

  it('refuses a verb and an option that the server does not know', async () => {
    const known = entries.concat({
      name: 'new',
      description: 'of tomorrow',
      isNoun: true,
      load: async () => [shapeOf('verb', { reads: true })],
    })
    const { exitCode, stderr } = await runClient(
      ['--server', staffServer.server.url, 'new', 'verb'],
      env(),
      undefined,
      known,
    )
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/does not have the command laku new verb of your laku \S+: the server is older/)
    const look = shapeOf('look', { reads: true, options: [{ flags: '--later', description: 'of tomorrow' }] })
    const work: EntryShape = { name: 'work', description: 'x', isNoun: true, load: async () => [look] }
    const later = (...wait: string[]) =>
      runClient(['--server', staffServer.server.url, ...wait, 'work', 'look', '--later'], env(), undefined, [
        work,
      ])
    const refused = await later()
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/does not know later of laku work look of your laku \S+: the server is older/),
    ])
    // The server began nothing, and is perhaps being upgraded.
    expect([(await later('--wait', '1s')).exitCode, runs]).toEqual([6, 0])
  })
})
