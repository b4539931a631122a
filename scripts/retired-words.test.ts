import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { retiredInName, retiredInText, retiredWords } from './retired-words.ts'

describe('retired words', () => {
  it.each([
    ['JoinGatherer', 'gatherer'],
    ['payoutNews', 'news'],
    ['strayMoney', 'stray'],
    ['callOffParcel', 'call off'],
    ['CALLED_OFF', 'call off'],
    ['A_RUN', 'A_RUN'],
    ['MOST_PAGES', 'MOST'],
    ['patienceMs', 'patience'],
    ['sameHands', 'hands'],
    ['mend-jobs.ts', 'mend'],
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
    expect(retiredInText('the courier calls off the parcel')).toContain('say order, or cancel')
    expect(retiredInText('the command that mends it')).toContain('say fix')
    expect(retiredInText("(the design's list, number 5)")).toContain('not in the repository')
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
      expect(lint('export const lastNews = 1\n')).toContain('the name lastNews says "news"')
      expect(lint('/** The last news. */\nexport const last = 1\n')).toContain('"news": say event or update')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
