import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import {
  type CheckFixture,
  cases,
  openCheckFixture,
  otherChoices,
  seen,
} from '../../../test/provider-check.ts'

let f: CheckFixture
beforeAll(async () => {
  f = await openCheckFixture()
})
beforeEach(() => f.reset())
afterAll(() => f?.close())

// check.test.ts runs the check of each switch; here the whole command is run for every choice of every
// switch.
it.each(cases)('finds %s: %s, and nothing else', (name, choice, found) => f.finds(name, choice, found))

it('has every choice of every switch that a check sees', () => {
  expect(cases).toHaveLength(Object.keys(seen).flatMap(otherChoices).length)
})
