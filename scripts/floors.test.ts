import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { floorViolations, type Graph, readGraph, readImports } from './floors.ts'

const graph: Graph = { ledger: [], wallet: ['ledger'], payment: ['ledger', 'wallet'] }

describe('the lint of the floors', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'laku-floors-'))
    write('src/domain/ledger/index.ts', "export { post } from './post.ts'")
    write('src/domain/ledger/post.ts', 'export const post = 1')
    write('src/domain/payment/index.ts', 'export const pay = 1')
    write('src/http/server.ts', 'export const server = 1')
    write('src/jobs/worker.ts', 'export const worker = 1')
    write('src/jobs/notify.ts', 'export const notify = 1')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  const rules = () => floorViolations(graph, readImports(root)).map((violation) => violation.rule)

  it('lets a domain import one below it through its door', () => {
    write(
      'src/domain/payment/confirm.ts',
      "import { post } from '../ledger/index.ts'\nexport const confirm = post",
    )
    expect(rules()).toEqual([])
  })

  it.each([
    [
      'a domain imports http',
      'src/domain/ledger/a.ts',
      '../../http/server.ts',
      'domain-knows-no-surroundings',
    ],
    [
      'a domain imports http for a type only',
      'src/domain/ledger/a.ts',
      '../../http/server.ts',
      'domain-knows-no-surroundings',
      'type ',
    ],
    ['a domain imports one above it', 'src/domain/ledger/a.ts', '../payment/index.ts', 'floor-of-ledger'],
    [
      'a domain goes past the door of one below it',
      'src/domain/payment/a.ts',
      '../ledger/post.ts',
      'floor-of-payment',
    ],
    ['http imports a job', 'src/http/a.ts', '../jobs/worker.ts', 'fronts-do-not-meet'],
    [
      'a command goes past the door of the jobs',
      'src/commands/a.ts',
      '../jobs/notify.ts',
      'fronts-do-not-meet',
    ],
    ['the runtime imports a front', 'src/runtime/a.ts', '../http/server.ts', 'ground-knows-no-fronts'],
    [
      'the sandbox imports the domain',
      'src/sandbox/a.ts',
      '../domain/ledger/index.ts',
      'sandbox-is-the-wire-only',
    ],
    [
      'the sandbox imports a client',
      'src/sandbox/a.ts',
      '../providers/biteship/courier.ts',
      'sandbox-is-the-wire-only',
    ],
    [
      'a facts file imports a client',
      'src/providers/biteship/facts.ts',
      './courier.ts',
      'facts-import-nothing',
    ],
  ])('fails when %s', (_, from, to, rule, type = '') => {
    write(from, `import ${type}* as x from '${to}'\nexport type X = typeof x`)
    expect(rules()).toContain(rule)
  })

  it('fails on a cycle between domains that runs through different files', () => {
    write('src/domain/wallet/index.ts', "export { a } from './a.ts'")
    write('src/domain/wallet/a.ts', "import { b } from '../ledger/index.ts'\nexport const a = b")
    write('src/domain/ledger/index.ts', "export { b } from './b.ts'")
    write('src/domain/ledger/b.ts', "import { a } from '../wallet/index.ts'\nexport const b = a")
    expect(rules()).toEqual(expect.arrayContaining(['floor-of-ledger', 'no-cycles']))
  })

  it('has a row for each of the sixteen domains and the ground, and no ring in it', () => {
    const rows = readGraph(process.cwd())
    expect(Object.keys(rows)).toHaveLength(20)
    const done = new Set<string>()
    const visit = (domain: string, path: string[]): void => {
      expect(path).not.toContain(domain)
      if (done.has(domain)) return
      for (const below of rows[domain] ?? []) visit(below, [...path, domain])
      done.add(domain)
    }
    for (const domain of Object.keys(rows)) visit(domain, [])
  })
})
