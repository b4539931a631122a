import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { variableOf } from '../../src/runtime/config/fields.ts'
import { configSchema, settingNames } from '../../src/runtime/config/schema.ts'
import { loadConfig } from '../../src/runtime/config.ts'

const example = readFileSync('deploy/laku.env.example', 'utf8')
const lines = [...example.matchAll(/^(#?)([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, out, name, value]) => ({
  name: name as string,
  value: value as string,
  given: out === '',
}))

describe('deploy/laku.env.example', () => {
  it('names every variable once, and none that laku does not know', () => {
    const known = [
      'LAKU_CONFIG',
      ...settingNames.map((name) => variableOf(configSchema.shape[name]).variable),
    ]
    expect(lines.map(({ name }) => name).toSorted()).toEqual(known.toSorted())
  })

  it('starts production once what is empty is filled in, and not before', () => {
    const given = Object.fromEntries(lines.filter((one) => one.given).map(({ name, value }) => [name, value]))
    const empty = Object.keys(given).filter((name) => given[name] === '')
    expect(() => loadConfig({ env: given })).toThrow(/is missing: production needs it/)
    const samples: Record<string, string> = {
      DATABASE_URL: 'postgres://laku_app@127.0.0.1:6432/laku',
      DATABASE_DIRECT_URL: 'postgres://laku_app@127.0.0.1/laku',
      DATABASE_OWNER_URL: 'postgres://laku_owner@127.0.0.1/laku',
      SMTP_URL: 'smtps://mail.example.com',
      WAREHOUSE_POSTAL_CODE: '13960',
      WAREHOUSE_CONTACT_PHONE: '+622155501234',
    }
    const filled = Object.fromEntries(empty.map((name) => [name, samples[name] ?? 'x'.repeat(48)]))
    const config = loadConfig({ env: { ...given, ...filled } })
    expect(config.env).toBe('production')
    // Each of the empty ones is needed, but for the two addresses of the database that have a fallback.
    const missing = (name: string) => {
      try {
        loadConfig({ env: { ...given, ...filled, [name]: '' } })
        return false
      } catch {
        return true
      }
    }
    expect(empty.filter((name) => !missing(name))).toEqual(['DATABASE_DIRECT_URL', 'DATABASE_OWNER_URL'])
  })
})
