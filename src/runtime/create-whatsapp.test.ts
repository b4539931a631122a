import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { templateTexts } from '../providers/whatsapp/templates.ts'
import { isFonnte } from './create-whatsapp.ts'

it('speaks to Fonnte where the address is Fonnte’s, and to nobody who only sounds like it', () => {
  expect(isFonnte('https://api.fonnte.com')).toBe(true)
  expect(isFonnte('https://graph.facebook.com/v23.0')).toBe(false)
  expect(isFonnte('https://fonnte.com.evil.test')).toBe(false)
})

it('has the text of every template that the domain sends', () => {
  const source = globSync('src/domain/**/*.ts')
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const named = [...source.matchAll(/(?:TEMPLATE = |template: )'([a-z_]+)'/g)].map(
    (match) => match[1] as string,
  )
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((name) => !Object.hasOwn(templateTexts, name))).toEqual([])
})
