import { expect, it } from 'vitest'
import { retriedDraw } from './retried-draw.ts'
import { StaffServerUnreachable } from './staff-server.ts'

it('a live view keeps its picture while the server restarts, and ends where it stays away or refuses', async () => {
  let atMs = 0
  let answer: string | Error = 'one'
  const drawn = retriedDraw(
    async () => {
      if (answer instanceof Error) throw answer
      return answer
    },
    () => atMs,
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
  const first = retriedDraw(() => Promise.reject(away))
  await expect(first()).rejects.toBe(away)
})
