import { describe, expect, it } from 'vitest'
import { drawFields, fitWidths } from '../client/view.ts'
import { renderCsv } from './csv.ts'
import { type Cell, formatCell, formatTime, wrapped } from './format.ts'
import { createStyle, statusColor, wantsColor } from './style.ts'
import { type Column, fieldsOf, headingOf, renderTable } from './table.ts'

const plain = createStyle(false)

describe('a cell for people', () => {
  it.each<[Cell, Parameters<typeof formatCell>[1], string]>([
    [null, 'text', '-'],
    [undefined, 'idr', '-'],
    ['', 'text', '-'],
    [0, 'number', '0'],
    [1_234_567, 'number', '1.234.567'],
    [true, 'text', 'yes'],
    [false, 'text', 'no'],
    [new Date('2026-11-24T17:30:00Z'), 'time', '2026-11-25 00:30'],
    ['a\u001b[31m\nb\u202e', 'text', 'a [31m b '],
  ])('%j as %s is %j', (value, kind, text) => {
    expect(formatCell(value, kind)).toBe(text)
  })

  it('shows money as rupiah and instants in Jakarta', () => {
    expect(formatCell(75_000, 'idr')).toMatch(/^Rp\s?75\.000$/)
    expect(formatTime(new Date('2026-01-01T00:00:00Z'))).toBe('2026-01-01 07:00')
  })
})

it('text for a terminal breaks between words, and what has no end is left whole', () => {
  const text = 'laku: the database lacks 3 migrations\nsecond line of some words'
  expect(wrapped(text, undefined)).toBe(text)
  expect(wrapped(text, 80)).toBe(text)
  expect(wrapped(text, 24)).toBe('laku: the database\nlacks 3 migrations\nsecond line of some\nwords')
  expect(wrapped('x'.repeat(50), 24)).toBe('x'.repeat(50))
})

interface Row {
  code: string
  name: string
  totalIdr: number
}
const columns: Column<Row>[] = [
  { name: 'code', kind: 'code', value: (row) => row.code },
  { name: 'name', value: (row) => row.name },
  { name: 'total_idr', kind: 'idr', value: (row) => row.totalIdr },
]
const rows: Row[] = [
  { code: 'ORD-1', name: 'Kaos polos lengan panjang', totalIdr: 75_000 },
  { code: 'ORD-22', name: 'Topi', totalIdr: 1_000_000 },
]

describe('a table', () => {
  it('stands in columns, amounts to the right, with no space at the ends of lines', () => {
    const [head, first, second] = renderTable(columns, rows, { style: plain }).split('\n')
    expect(head).toMatch(/^code {4}name {23} *total$/)
    expect(first).toMatch(/^ORD-1 {3}Kaos polos lengan panjang {2} *Rp\s?75\.000$/)
    expect(second).toMatch(/^ORD-22 {2}Topi .* Rp\s?1\.000\.000$/)
    expect(head).toHaveLength(first?.length as number)
  })

  it('cuts text and nothing else to the width of the terminal, and falls back to fields', () => {
    const narrow = renderTable(columns, rows, { style: plain, width: 40 })
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(40)
    expect(narrow).toContain('ORD-22')
    expect(narrow).toContain('1.000.000')
    const blocks = renderTable(columns, rows, { style: plain, width: 20 })
    const drawn = rows.map((row) => {
      const { head, fields } = fieldsOf(columns, row)
      return drawFields(head, fields, plain)
    })
    expect(blocks).toBe(drawn.join('\n\n'))
    expect(blocks).toContain('name   Kaos polos lengan panjang')
  })

  it('does without its spare columns where it must, the last first, and says which', () => {
    const spared = columns.map((column) => ({ ...column, spare: column.name !== 'code' }))
    expect(renderTable(spared, rows, { style: plain, width: 60 })).not.toContain('Left out')
    const narrow = renderTable(spared, rows, { style: plain, width: 25 }).split('\n')
    expect(narrow[0]).toBe('code    name')
    expect(narrow[1]).toMatch(/^ORD-1 {3}Kaos polos lenga…$/)
    expect(narrow.at(-1)).toBe('Left out for width: total. --json has all.')
    expect(renderTable(spared, rows, { style: plain, width: 8 }).split('\n').slice(0, 3)).toEqual([
      'code',
      'ORD-1',
      'ORD-22',
    ])
  })

  it('takes width from the widest text, and never below 8', () => {
    expect(fitWidths([6, 30, 10], [false, true, false])).toEqual([6, 30, 10])
    expect(fitWidths([6, 30, 10], [false, true, false], 50)).toEqual([6, 30, 10])
    expect(fitWidths([6, 30, 10], [false, true, false], 40)).toEqual([6, 20, 10])
    expect(fitWidths([20, 30], [true, true], 32)).toEqual([15, 15])
    expect(fitWidths([6, 30, 10], [false, true, false], 27)).toBeUndefined()
  })

  it('heads amounts and times without their suffixes', () => {
    const headed = (name: string, kind?: 'idr' | 'time') =>
      headingOf({ name, ...(kind ? { kind } : {}), value: () => null })
    expect(headed('goods_idr', 'idr')).toBe('goods')
    expect(headed('joined_at', 'time')).toBe('joined (WIB)')
    expect(headed('per_user_limit')).toBe('per user limit')
  })
})

describe('CSV', () => {
  it('has names as in the JSON, whole numbers, ISO instants, CRLF, and quotes where it must', () => {
    const given: Column<Cell>[] = [{ name: 'a_idr', kind: 'idr', value: (row) => row }]
    const fields: Cell[] = [75_000, null, new Date('2026-11-24T17:30:00Z'), 'a "b", c', 'x\ny', true]
    expect(renderCsv(given, fields)).toBe(
      'a_idr\r\n75000\r\n\r\n2026-11-24T17:30:00.000Z\r\n"a ""b"", c"\r\n"x\ny"\r\ntrue\r\n',
    )
    expect(renderCsv(columns, [])).toBe('code,name,total_idr\r\n')
  })

  it('marks what opens a formula behind any separator, and leaves numbers of phones and accounts as they are', () => {
    const cells = (text: string) => renderCsv([{ name: 'a', value: () => text }], [0]).slice(3, -2)
    expect(cells('a;=1+1')).toBe(`"a;'=1+1"`)
    expect(cells('a\t@x')).toBe(`"a\t'@x"`)
    expect(cells('\tx')).toBe(`"'\tx"`)
    expect(cells('x\n+1')).toBe(`"x\n'+1"`)
    expect(cells('\tx;=1')).toBe(`"'\tx;'=1"`)
    expect(cells('a;  =1')).toBe(`"a;  '=1"`)
    expect(cells('a;"=1')).toBe(`"a;""'=1"`)
    for (const hidden of ['  ', '\u00a0', '\ufeff', '\u200b', '\u3000'])
      expect(cells(`${hidden}=1`)).toBe(`${hidden}'=1`)
    for (const wide of ['＝', '＋', '－', '＠']) expect(cells(`${wide}1`)).toBe(`'${wide}1`)
    for (const line of ['\v', '\f', '\u0085', '\u2028']) expect(cells(`a${line}=1`)).toBe(`"a${line}'=1"`)
    expect(cells('+6281234567890')).toBe('+6281234567890')
    expect(cells('0012-3456-78')).toBe('0012-3456-78')
  })

  it.each(['=1+1', '+1', '-1', '@x'])('makes text of %j, which a spreadsheet would run', (text) => {
    expect(renderCsv([{ name: 'a', value: () => text }], [0])).toBe(`a\r\n'${text}\r\n`)
  })

  it('leaves negative amounts numbers', () => {
    expect(renderCsv([{ name: 'a', value: () => -5 }], [0])).toBe('a\r\n-5\r\n')
  })
})

describe('colour', () => {
  it('is for a terminal that wants it', () => {
    expect(wantsColor({ isTTY: true }, true, {})).toBe(true)
    expect(wantsColor({}, true, {})).toBe(false)
    expect(wantsColor({ isTTY: true }, false, {})).toBe(false)
    expect(wantsColor({ isTTY: true }, true, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColor({ isTTY: true }, true, { TERM: 'dumb' })).toBe(false)
  })

  it('leaves no trace where it is off, and marks states where it is on', () => {
    expect(statusColor(plain, 'failed')('failed')).toBe('failed')
    const [good, bad, between] = ['paid', 'failed', 'forming'].map((status) =>
      statusColor(createStyle(true), status)(status),
    )
    expect(good).toBe('\u001b[32mpaid\u001b[39m')
    expect(bad).toBe('\u001b[31mfailed\u001b[39m')
    expect(between).toBe('\u001b[33mforming\u001b[39m')
  })
})
