import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { retiredInName, retiredInText, retiredWords } from './retired-words.ts'

describe('retired words', () => {
  it.each([
    ['JoinGatherer', 'batcher'],
    ['payoutEventPayload', 'updates'],
    ['strayMoney', 'unknown'],
    ['cancelAtCourier', 'cancel'],
    ['CALLED_OFF', 'cancel'],
    ['BATCH_SIZE', 'BATCH_SIZE'],
    ['MAX_PAGES', 'MOST'],
    ['timeoutMs', 'patience'],
    ['same_hands', 'hands'],
    ['fix-jobs.ts', 'fix'],
  ])('are seen in the name %s', (name, word) => {
    expect(retiredInName(name)?.word).toBe(word)
  })

  it.each(['handshake', 'astray', 'recommend', 'almost', 'plantation', 'callOfficer', 'aRunning'])(
    'are not seen in the name %s',
    (name) => {
      expect(retiredInName(name)).toBeUndefined()
    },
  )

  it('are seen in texts, with the term to say; a code and a fact may keep theirs', () => {
    expect(retiredInText('the courier cancels the parcel')).toContain('say order, or cancel')
    expect(retiredInText('the command that fixes it')).toContain('say fix')
    expect(retiredInText('(number 5)')).toContain('not in the repository')
    expect(retiredInText('the fact biteship.called-off says so')).toBeUndefined()
    expect(retiredInText('a recommended plan')).toBeUndefined()
  })

  it('stand in the glossary, each with its term', () => {
    const page = readFileSync('docs/glossary.md', 'utf8')
    for (const { word, term } of retiredWords) expect(page).toContain(`| ${word} | ${term} |`)
  })

  it('make the lint red, in a name and in a comment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'laku-words-'))
    const lint = (text: string) => {
      const file = join(folder, 'sample.ts')
      writeFileSync(file, text)
      try {
        return execFileSync(process.execPath, ['scripts/lint-words.ts', file], {
          encoding: 'utf8',
          stdio: 'pipe',
        })
      } catch (error) {
        return (error as { stderr: string }).stderr
      }
    }
    try {
      expect(lint('/** The last update. */\nexport const lastUpdate = 1\n')).toContain('words: 1 files')
      expect(lint('export const lastNews = 1\n')).toContain('the name lastNews says "updates"')
      expect(lint('/** The last updates. */\nexport const last = 1\n')).toContain(
        '"updates": say event or update',
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
