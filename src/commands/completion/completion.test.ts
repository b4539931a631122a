import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bashScript, fishScript, zshScript } from './scripts.ts'
import { completionWords } from './words.ts'

const places = await completionWords()

/** Returns the words that bash offers after these words. The last word may be incomplete. */
function offered(...words: string[]): string[] {
  const line = ['laku', ...words]
  const script = `${bashScript(places)}
COMP_WORDS=(${line.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${line.length - 1}; _laku
printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
}

describe('completion', () => {
  it('offers nouns, verbs, verbs within, options and their choices in bash', () => {
    expect(offered('sess')).toEqual(['sessions'])
    expect(offered('attention', '')).toEqual(['list', 'show', 'resolve'])
    expect(offered('wallets', 'withdrawals', 'app')).toEqual(['approve'])
    expect(offered('audit', 'list', '--si')).toEqual(['--since'])
    expect(offered('--json', 'switches', 'pa')).toEqual(['pause'])
    expect(offered('webhooks', 'list', '--provider', 'x')).toEqual(['xendit'])
    expect(offered('webhooks', 'list', '--provider', 'xendit', '--js')).toEqual(['--json'])
  })

  it('does not offer what is hidden', () => {
    expect(offered('sandb')).toEqual([''])
  })

  it('is made for zsh and fish of the same words', () => {
    expect(zshScript(places)).toContain('bashcompinit')
    const fish = fishScript(places)
    for (const place of places)
      for (const { word } of place.words) expect(fish).toContain(word.replace(/^--/, ''))
  })
})
