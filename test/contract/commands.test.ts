import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands, type Leaf } from '../../src/commands/tree.ts'
import { newId } from '../../src/domain/kernel/index.ts'
import { runLaku } from '../command-line.ts'
import { digest } from '../digest.ts'
import { openTestLaku, type TestLaku } from '../laku.ts'

// Every command in the tree is tested. Only commands that are processes, or that need no database, are named
// as exceptions.
const leaves = await allCommands()
const named = (leaf: Leaf) => leaf.path.join(' ')
const ofKind = (...kinds: string[]) => leaves.filter((leaf) => kinds.includes(leaf.definition.kind))

let laku: TestLaku
beforeAll(async () => {
  laku = await openTestLaku()
})
afterAll(() => laku.close())

/** Returns the words of a command for objects that do not exist. */
function wordsFor({ path, definition }: Leaf): string[] {
  const values = definition.args.flatMap(({ optional, isTime }) =>
    optional ? [] : [isTime ? 'yesterday' : newId()],
  )
  const reason = definition.options.some((option) => option.flags.startsWith('--reason'))
    ? ['--reason', 'why']
    : []
  return [...path, ...values, ...reason]
}

/** These objects exist only at the provider, and this test has no provider. */
const isAtProvider = (leaf: Leaf) => named(leaf) === 'payments book'

/** Returns the JSON value on stdout. Throws if there is none or more than one. */
function oneValue(stdout: string): Record<string, unknown> {
  expect(stdout.endsWith('\n')).toBe(true)
  return JSON.parse(stdout) as Record<string, unknown>
}

function isError(value: Record<string, unknown>): void {
  expect(value).toMatchObject({ error: { code: expect.any(String), message: expect.any(String) } })
}

const ESCAPE = String.fromCharCode(27)

describe('every command', () => {
  it('has a name, a description, and options that say what they are', () => {
    for (const leaf of leaves) {
      expect(named(leaf)).toMatch(/^[a-z-]+( [a-z-]+){0,2}$/)
      expect(leaf.definition.description.length, named(leaf)).toBeGreaterThan(10)
      for (const option of [...leaf.definition.options, ...leaf.definition.args]) {
        expect(option.description.length, named(leaf)).toBeGreaterThan(2)
      }
      for (const example of leaf.definition.examples) {
        expect(example.replace(/^.*<\(/, ''), named(leaf)).toContain(`laku ${named(leaf)}`)
      }
    }
    expect(new Set(leaves.map(named)).size).toBe(leaves.length)
  })

  it('answers wrong usage with exit code 2 and one JSON value', async () => {
    for (const leaf of leaves) {
      const { exitCode, stdout } = await runLaku(laku, [...leaf.path, '--no-such-option', '--json'])
      expect([named(leaf), exitCode]).toEqual([named(leaf), 2])
      isError(oneValue(stdout))
    }
  })
})

describe('every list', () => {
  it('prints data and next_cursor where nothing is found, or that what it is of does not exist', async () => {
    for (const leaf of ofKind('list')) {
      const { exitCode, stdout } = await runLaku(laku, [...wordsFor(leaf), '--json'])
      const value = oneValue(stdout)
      if (exitCode === 0) {
        expect(value, named(leaf)).toMatchObject({ data: expect.any(Array) })
        expect(value, named(leaf)).toHaveProperty('next_cursor')
        continue
      }
      isError(value)
      // A list that belongs to an object requires that object, as an argument or an option.
      expect([2, 3], `${named(leaf)}: ${stdout}`).toContain(exitCode)
      if (exitCode === 2) expect(stdout, named(leaf)).toContain('is missing')
    }
  })

  it('says something to people who find nothing, without colour, and prints CSV', async () => {
    for (const leaf of ofKind('list')) {
      const seen = await runLaku(laku, wordsFor(leaf))
      expect(`${seen.stdout}${seen.stderr}`.length, named(leaf)).toBeGreaterThan(0)
      expect(`${seen.stdout}${seen.stderr}`).not.toContain(ESCAPE)
      if (seen.exitCode !== 0) continue
      // An empty list suggests a command or a flag to try.
      if (seen.stdout === '') expect(seen.stderr, named(leaf)).toMatch(/laku [a-z]+|--[a-z]+/)
      expect((await runLaku(laku, [...wordsFor(leaf), '--csv'])).stdout, named(leaf)).toMatch(/^[a-z_,]+\r\n/)
      const both = await runLaku(laku, [...wordsFor(leaf), '--csv', '--json'])
      expect([named(leaf), both.exitCode]).toEqual([named(leaf), 2])
    }
  })
})

describe('every command about one thing', () => {
  it('says with one JSON value that the thing does not exist, and asks nobody who need not be', async () => {
    const leavesOfThings = ofKind('show', 'change').filter((leaf) =>
      leaf.definition.args.some((argument) => !argument.optional),
    )
    for (const leaf of leavesOfThings) {
      const { exitCode, stdout } = await runLaku(laku, [...wordsFor(leaf), '--json'])
      expect(isAtProvider(leaf) ? [6] : [2, 3, 4, 5], `${named(leaf)}: ${stdout}`).toContain(exitCode)
      isError(oneValue(stdout))
      const forPeople = await runLaku(laku, wordsFor(leaf))
      expect([named(leaf), forPeople.exitCode, forPeople.stdout]).toEqual([named(leaf), exitCode, ''])
      expect(forPeople.stderr).toMatch(/^laku: /)
      expect(forPeople.stderr).not.toContain(ESCAPE)
    }
  })
})

describe('every change', () => {
  it('takes --dry-run and --reason', () => {
    for (const leaf of ofKind('change', 'batch')) {
      const flags = leaf.definition.options.map((option) => option.flags.split(' ')[0])
      expect(flags, named(leaf)).toEqual(expect.arrayContaining(['--dry-run', '--reason']))
    }
  })

  it('changes no row while it only answers, fails or runs dry', async () => {
    const before = await digest(laku.ownerUrl)
    for (const leaf of ofKind('list', 'show')) await runLaku(laku, wordsFor(leaf))
    for (const leaf of ofKind('change')) {
      const { exitCode, stdout } = await runLaku(laku, [...wordsFor(leaf), '--dry-run', '--json'])
      const value = oneValue(stdout)
      if (exitCode === 0)
        expect(value, named(leaf)).toMatchObject({ dry_run: true, audit: expect.any(Array) })
      else isError(value)
    }
    expect(await digest(laku.ownerUrl)).toEqual(before)
  })
})
