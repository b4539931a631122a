import { expect, it } from 'vitest'
import { participantTransitions, sessionTransitions } from '../../src/domain/group-buying/index.ts'
import { runHistories } from './run-histories.ts'

it('500 random histories go as the model says, through every state, and what is always true holds after every command', async () => {
  const reached = await runHistories(500)
  const sessions = Object.keys(sessionTransitions).filter((state) => state !== 'draft')
  const places = Object.keys(participantTransitions).map((state) => `place ${state}`)
  for (const state of [...sessions, ...places]) expect(reached).toContain(state)
}, 3_600_000)
