import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PARAM_UNFIT, placesIn, TEMPLATE_BODY_LENGTH, templateFaults } from './facts.ts'
import { cleanParam, fitParams } from './params.ts'
import { templates } from './templates.ts'

const MAX_PLACES = Math.max(...templates.map(({ body }) => placesIn(body)))

const filled = (body: string, params: readonly string[]) =>
  body.replace(/\{\{(\d+)\}\}/g, (_, place) => params[Number(place) - 1] as string)

describe('fact 9: templates', () => {
  it.each(templates.map((template) => [`${template.name} ${template.language}`, template] as const))(
    '%s is as Meta approves, and has an example for each place',
    (_, { body, examples, category }) => {
      if (category === 'UTILITY') expect(templateFaults(body)).toEqual([])
      expect(examples).toHaveLength(placesIn(body))
      expect(examples.map(cleanParam)).toEqual(examples)
    },
  )

  it.each([
    ['*{{1}}*\n{{2}}\n{{3}}', 4],
    ['{{1}} for you today', 1],
    ['Halo untuk Anda {{1}}.', 1],
    ['Halo, ini {{1}} {{2}} untuk Anda hari ini', 1],
    ['Halo, ini {{2}} dan lalu {{1}} untuk Anda hari ini', 1],
    ['Halo {{1}} dan {{2}} ya', 1],
  ])('%j is not approved', (body, faults) => {
    expect(templateFaults(body)).toHaveLength(faults)
  })
})

describe('fact 9: parameters', () => {
  it.each([
    ['a\nb\tc', 'a b c'],
    ['a      b', 'a b'],
    ['  ', '-'],
    ['', '-'],
    ['Kaos\r\n- M\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0- L', 'Kaos - M - L'],
  ])('%j goes as %j', (given, sent) => expect(cleanParam(given)).toBe(sent))

  it('whatever they hold, they are clean, keep their places and fit together', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 2000 }),
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.constantFrom('\n\n', ' '.repeat(9), '😀'.repeat(900), 'x'.repeat(5000)),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        fc.array(text, { minLength: MAX_PLACES, maxLength: MAX_PLACES }),
        ({ body }, many) => {
          const given = many.slice(0, placesIn(body))
          const sent = fitParams(body, given)
          expect(sent).toHaveLength(given.length)
          for (const message of sent) {
            expect(message.trim()).not.toBe('')
            expect(PARAM_UNFIT.test(message)).toBe(false)
            expect(message.isWellFormed()).toBe(true)
          }
          expect(filled(body, sent).length).toBeLessThanOrEqual(TEMPLATE_BODY_LENGTH)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('the longest is cut, and the short ones stay', () => {
    const notice = templates.find((template) => template.name === 'laku_notice')
    const [title, text, link] = fitParams(notice?.body, ['Halo', 'x'.repeat(3000), 'https://laku.test'])
    expect([title, link]).toEqual(['Halo', 'https://laku.test'])
    expect(text?.endsWith('…')).toBe(true)
  })
})
