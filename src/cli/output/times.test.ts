import { describe, expect, it } from 'vitest'
import { CliError } from '../errors/cli-error.ts'
import { parseDurationS, parseTime, requireInstant } from './times.ts'

// The time is 00:30 on the 25th in Jakarta and still the 24th in London.
const now = new Date('2026-11-24T17:30:00Z')

describe('an instant as people write it', () => {
  it.each([
    ['now', '2026-11-24T17:30:00Z'],
    ['today', '2026-11-24T17:00:00Z'],
    ['Yesterday', '2026-11-23T17:00:00Z'],
    ['tomorrow', '2026-11-25T17:00:00Z'],
    ['-2h', '2026-11-24T15:30:00Z'],
    ['+1d2h30m', '2026-11-25T20:00:00Z'],
    ['2026-11-20', '2026-11-19T17:00:00Z'],
    ['2026-11-20T09:00', '2026-11-20T02:00:00Z'],
    ['2026-11-20 09:00:30.5', '2026-11-20T02:00:30.5Z'],
    ['2026-11-20T09:00Z', '2026-11-20T09:00:00Z'],
    ['2026-11-20T09:00:00+09:00', '2026-11-20T00:00:00Z'],
  ])('%s', (text, iso) => {
    expect(parseTime(text, now)).toEqual(new Date(iso))
  })

  it.each(['', '2h', '-2x', '-', '2026-02-31', '2026-13-01', '2026-11-20T25:00', '20.11.2026', 'soon'])(
    'is not %j',
    (text) => {
      expect(parseTime(text, now)).toBeUndefined()
      expect(() => requireInstant(text, '--since', now)).toThrow(CliError)
    },
  )

  it('is asked for by the name of its flag, with what it takes', () => {
    expect(() => requireInstant('soon', '--since', now)).toThrow('--since is "soon": it takes ISO 8601 like')
  })
})

it.each([
  ['90s', 90],
  ['2h30m', 9_000],
  ['7d', 604_800],
  ['1w', 604_800],
  ['0s', 0],
  ['h', undefined],
  ['1.5h', undefined],
  ['-1h', undefined],
])('%s lasts %s seconds', (text, seconds) => {
  expect(parseDurationS(text)).toBe(seconds)
})
