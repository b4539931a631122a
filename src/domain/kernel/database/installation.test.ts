import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestLaku, type TestLaku } from '../../../../test/laku.ts'
import { newCode, originOf, readInstallationId, referenceOf } from '../index.ts'

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(() => laku.close())

it('has one name, which stays', async () => {
  const id = await laku.system((work) => readInstallationId(work.tx))
  expect(id).toMatch(/^[0-9A-F]{6}$/)
  await expect(laku.pool.query(`update installation set id = 'ABCDEF'`)).rejects.toThrow()
  await expect(laku.pool.query('delete from installation')).rejects.toThrow()
  await expect(laku.pool.query('insert into installation default values')).rejects.toThrow()
})

it('tells by its form who made a reference', () => {
  const [settlement, withdrawal] = [newCode('STL', new Date()), newCode('WDR', new Date())]
  expect(originOf(referenceOf('1A2B3C', `${settlement}-1`), '1A2B3C')).toBe('ours')
  expect(originOf(referenceOf('1A2B3C', withdrawal), 'FFFFFF')).toBe('other_installation')
  expect(originOf(`${withdrawal}-12`, '1A2B3C')).toBe('unmarked')
  for (const reference of [
    '',
    'STL',
    'INV-1',
    `x${settlement}`,
    `1A2B3-${settlement}`,
    'a payroll of November',
  ])
    expect(originOf(reference, '1A2B3C')).toBe('foreign')
})
