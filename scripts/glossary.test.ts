import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { codePrefixes } from '../src/domain/kernel/ids.ts'
import { accountNames } from '../src/domain/ledger/accounts.ts'
import { findMachines } from './machines.ts'

const page = readFileSync('docs/glossary.md', 'utf8')
const [words = '', accounts = '', retired = ''] = page.split(/^## .*$/m)
const rowsOf = (section: string) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .slice(1)
    .map((line) => line.slice(2, -2).split(' | '))
const rows = rowsOf(words)
const terms = rows.map(([, english = '']) => english.toLowerCase())
const flat = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '')

it('has at most 150 code words, each once, with its term in English and Indonesian and its meaning', () => {
  const all = [...rows, ...rowsOf(accounts)]
  expect(all.length).toBeLessThanOrEqual(150)
  for (const row of all) {
    expect(row, row[0]).toHaveLength(4)
    for (const cell of row) expect(cell.trim(), row[0]).not.toBe('')
  }
  for (const section of [rows, rowsOf(accounts)]) {
    const codes = section.map(([code]) => code)
    expect(codes.filter((code, at) => codes.indexOf(code) !== at)).toEqual([])
  }
})

it('has no code word that the code does not use', () => {
  const files = execFileSync('git', ['ls-files', 'src/*.ts'], { encoding: 'utf8' }).trim().split('\n')
  const code = flat(files.map((file) => readFileSync(file, 'utf8')).join('\n'))
  const unused = rows
    .map(([word = '']) => word.replaceAll('`', ''))
    .filter((word) => !code.includes(flat(word)))
  expect(unused).toEqual([])
})

it('knows what every state machine is a machine of', async () => {
  const machines = (await findMachines(process.cwd())).map(({ name }) => name)
  const unknown = machines.filter((name) => !terms.some((term) => term.includes(name)))
  expect(unknown).toEqual([])
})

it('knows every kind of code and every account of the ledger', () => {
  for (const prefix of codePrefixes) expect(page).toContain(`\`${prefix}-\``)
  for (const name of accountNames) expect(accounts).toMatch(new RegExp(`\`${name}(:\\{\\w+\\})?\``))
})

it('gives each retired word one term', () => {
  expect(rowsOf(retired).every((row) => row.length === 2 && row.every((cell) => cell.trim() !== ''))).toBe(
    true,
  )
})

it('cites no page or file that is not there, like every other page', () => {
  const pages = globSync(['*.md', 'docs/**/*.md', 'deploy/**/*.md'])
  const broken = pages.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !existsSync(join(dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  )
  expect(broken).toEqual([])
})
