import { expect, it } from 'vitest'
import { CliError } from '../errors/cli-error.ts'
import { retriedDraw } from './retried-draw.ts'
import { StaffServerUnreachable } from './staff-server.ts'

it('a live view keeps its picture while the server restarts, and ends where it stays away or refuses', async () => {
  let atMs = 0
  const sleep = async (ms: number) => {
    atMs += ms
  }
  let answer: string | Error = 'one'
  const drawn = retriedDraw(
    async () => {
      if (answer instanceof Error) throw answer
      return answer
    },
    { nowMs: () => atMs, sleep },
  )
  expect(await drawn()).toBe('one')
  const away = new StaffServerUnreachable('it does not answer (ECONNREFUSED)')
  answer = away
  expect(await drawn()).toBe('one\n\nit does not answer (ECONNREFUSED); trying again')
  atMs = 59_000
  expect(await drawn()).toContain('one')
  answer = 'two'
  expect(await drawn()).toBe('two')
  answer = away
  atMs = 100_000
  expect(await drawn()).toContain('two')
  atMs = 161_000
  await expect(drawn()).rejects.toBe(away)
  answer = new Error('your token is not valid')
  await expect(drawn()).rejects.toBe(answer)
  const first = retriedDraw(() => Promise.reject(away), { nowMs: () => atMs, sleep })
  await expect(first()).rejects.toBe(away)
})

it('a live view whose drawing is cut off by a restart is drawn again, also the first, and within --wait', async () => {
  let atMs = 0
  const time = {
    nowMs: () => atMs,
    sleep: async (ms: number) => {
      atMs += ms
    },
  }
  const away = new StaffServerUnreachable('it does not answer (ECONNREFUSED)')
  const interrupted = new CliError(6, 'interrupted', 'the server that ran it ended')
  const outcomes = (...list: (string | Error)[]) => {
    return async () => {
      const next = list.length > 1 ? list.shift() : list[0]
      if (next instanceof Error) throw next
      return next as string
    }
  }
  for (const cut of [interrupted, new StaffServerUnreachable('the stream ended', { sent: 'whole' })]) {
    expect(await retriedDraw(outcomes(cut, away, away, 'one'), time)()).toBe('one')
    const drawn = retriedDraw(outcomes('one', cut, 'two'), time)
    expect([await drawn(), await drawn(), await drawn()]).toEqual([
      'one',
      expect.stringMatching(/^one\n\n.*; trying again$/),
      'two',
    ])
  }
  await expect(retriedDraw(outcomes(interrupted, away), time)()).rejects.toBe(away)
  expect(await retriedDraw(outcomes(away, away, 'one'), time, atMs + 1_800_000)()).toBe('one')
})
