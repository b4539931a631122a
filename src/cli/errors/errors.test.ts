import { CommanderError } from 'commander'
import { expect, it } from 'vitest'
import {
  DomainError,
  type ErrorKind,
  ProviderFailure,
  type ProviderOutcome,
} from '../../domain/kernel/index.ts'
import { StartError } from '../../runtime/start-error.ts'
import { unanswered, usageError } from './cli-error.ts'
import { failureOf } from './errors.ts'
import { reportFailure } from './failure.ts'

const domain = (kind: ErrorKind) => new DomainError({ code: `test.${kind}`, kind, message: 'No.' })
const provider = (outcome: ProviderOutcome) =>
  new ProviderFailure({ provider: 'xendit', operation: 'refund', outcome, code: 'x' })

it.each<[string, unknown, number]>([
  ['invalid', domain('invalid'), 2],
  ['not_found', domain('not_found'), 3],
  ['forbidden', domain('forbidden'), 4],
  ['conflict', domain('conflict'), 5],
  ['unavailable', domain('unavailable'), 6],
  ['limited', domain('limited'), 6],
  ['a provider that refused', provider('refused'), 1],
  ['a provider that limits', provider('limited'), 6],
  ['a provider that is away', provider('unreachable'), 6],
  ['a provider whose answer never came', provider('unknown'), 6],
  ['wrong configuration', new StartError(2, 'PORT is "x"'), 2],
  ['no database', new StartError(6, 'the database is away'), 6],
  ['wrong usage', usageError('--limit is "x"'), 2],
  ['a question that nobody answers', unanswered('sure', '--yes'), 2],
  ['an unknown option', new CommanderError(1, 'commander.unknownOption', "error: unknown option '--x'"), 2],
  ['what nobody foresaw', new TypeError('x is not a function'), 1],
  ['what is no error at all', 'boom', 1],
])('%s ends with its exit code', (_, error, exitCode) => {
  expect(failureOf(error).exitCode).toBe(exitCode)
})

function reported(error: unknown, ...words: string[]) {
  const said = { stdout: '', stderr: '' }
  const exitCode = reportFailure(error, ['node', 'laku', ...words], {
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
  })
  return { exitCode, ...said }
}

it('is a line on stderr with its facts, or one JSON value on stdout', () => {
  const error = new DomainError(
    { code: 'order.out_of_stock', kind: 'conflict', message: 'There is not enough.' },
    { freeUnits: 3, code: 'ORD-1', nothing: null },
  )
  expect(reported(error, 'orders', 'create')).toEqual({
    exitCode: 5,
    stdout: '',
    stderr: 'laku: There is not enough. (free_units 3, code ORD-1)\n',
  })
  const { stdout, stderr } = reported(error, 'orders', 'create', '--json')
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: 'order.out_of_stock',
      message: 'There is not enough.',
      details: { free_units: 3, code: 'ORD-1', nothing: null },
    },
  })
})

it('takes --json after -- for a word, not for a flag', () => {
  expect(reported(usageError('no'), 'orders', 'show', '--', '--json').stderr).toBe('laku: no\n')
})

it('shows a stack only of what nobody foresaw, and only with --debug', () => {
  const error = new TypeError('x is not a function')
  expect(reported(error).stderr).toBe('laku: x is not a function\nlaku: --debug shows where this came from\n')
  expect(reported(error, '--debug').stderr).toMatch(/^laku: x is not a function\nTypeError: x is.*\n +at /s)
  expect(reported(error, '--json').stderr).toBe('')
  expect(reported(usageError('no'), '--debug').stderr).toBe('laku: no\n')
})

it('lets a terminal obey nothing that others wrote', () => {
  expect(reported(usageError('a\u001b[2Jb')).stderr).toBe('laku: a [2Jb\n')
})
