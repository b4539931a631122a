import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'

const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)

interface Run {
  child: ChildProcess
  output: () => string
  exited: Promise<[number | null, string | null]>
}

/** Runs a process with a Shutdown, a pool and a server, and with additional code of the test. */
async function run(body: string): Promise<Run> {
  const program = `
    const { Shutdown } = await import(${module('./shutdown.ts')})
    const { createLogger } = await import(${module('./logger.ts')})
    const shutdown = new Shutdown({ logger: createLogger({ logLevel: 'info' }), deadlineMs: 700 })
    const wait = (ms) => new Promise((done) => setTimeout(done, ms))
    shutdown.onShutdown('pool', () => console.log('closed pool'))
    shutdown.onShutdown('server', async () => { await wait(20); console.log('closed server') })
    ${body}
    setInterval(() => {}, 1000)
    console.log('up')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  while (!output.includes('up\n') && child.exitCode === null) await sleep(5)
  return { child, output: () => output, exited }
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s closes what was opened last first, and ends with 0',
  async (signal) => {
    const { child, output, exited } = await run('')
    child.kill(signal)
    child.kill(signal)
    expect(await exited).toEqual([0, null])
    expect(output()).toMatch(/closed server\n[\s\S]*closed pool\n/)
  },
)

test('a failed step does not keep the others from closing', async () => {
  const { child, output, exited } = await run(
    `shutdown.onShutdown('worker', () => { throw new Error('stuck job') })`,
  )
  child.kill('SIGTERM')
  expect(await exited).toEqual([1, null])
  expect(output()).toMatch(/"step":"worker"[\s\S]*closed server\n[\s\S]*closed pool\n/)
})

test('the deadline ends it, and names the step that hangs', async () => {
  const { child, output, exited } = await run(`shutdown.onShutdown('worker', () => wait(60000))`)
  child.kill('SIGTERM')
  expect(await exited).toEqual([1, null])
  expect(output()).toMatch(/"step":"worker".*shutdown takes too long/)
})

test('a second signal ends it at once', async () => {
  const { child, output, exited } = await run(`shutdown.onShutdown('worker', () => wait(60000))`)
  child.kill('SIGINT')
  await sleep(350)
  child.kill('SIGINT')
  expect(await exited).toEqual([1, null])
  expect(output()).toContain('second signal')
})

test('SIGHUP ends no process without a terminal, as under nohup', async () => {
  const { child, output, exited } = await run(
    `const { outliveHangUp } = await import(${module('./hang-up.ts')}); outliveHangUp()`,
  )
  child.kill('SIGHUP')
  await sleep(50)
  expect([child.exitCode, child.signalCode, output()]).toEqual([null, null, 'up\n'])
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

test('an uncaught error closes everything and ends with 1', async () => {
  const { output, exited } = await run(`setTimeout(() => { throw new Error('bug') }, 30)`)
  expect(await exited).toEqual([1, null])
  expect(output()).toMatch(/uncaught error[\s\S]*closed server\n[\s\S]*closed pool\n/)
})
