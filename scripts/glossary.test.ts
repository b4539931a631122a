import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { codePrefixes } from '../src/domain/kernel/ids.ts'
import { accountNames } from '../src/domain/ledger/accounts.ts'
import { findMachines } from './machines.ts'

const page = readFileSync('docs/glossary.md', 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  .map((line) => line.slice(2, -2).split(' | '))
const terms = rows.map(([english = '']) => english.toLowerCase())

it('has each term in English and Indonesian, with what it means', () => {
  for (const row of rows) {
    expect(row, row[0]).toHaveLength(3)
    for (const cell of row) expect(cell.trim(), row[0]).not.toBe('')
  }
  const english = terms.flatMap((term) => term.split(', '))
  expect(english.filter((term, at) => english.indexOf(term) !== at)).toEqual([])
})

it('knows what every state machine is a machine of', async () => {
  const machines = (await findMachines(process.cwd())).map(({ name }) => name)
  const unknown = machines.filter((name) => !terms.some((term) => term.includes(name)))
  expect(unknown).toEqual([])
})

it('knows every kind of code and every account of the ledger', () => {
  for (const prefix of codePrefixes) expect(page).toContain(`\`${prefix}-\``)
  const accounts = page.slice(page.indexOf('## Accounts'))
  for (const name of accountNames) expect(accounts).toMatch(new RegExp(`\`${name}(:\\{\\w+\\})?\``))
})
