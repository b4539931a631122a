import { z } from 'zod'
import { defineChange, defineShow } from '../../cli/define/command.ts'
import type { VerbGroup } from '../../cli/define/root.ts'

const enrol = defineChange({
  name: 'enrol',
  description:
    'Begin a second factor of your own: a secret for an authenticator app, shown this once and to you alone. Whoever has one gives a code of it (--code).',
  secondPerson: true,
  shownOnce: true,
  input: z.object({}),
  examples: ['laku auth factor enrol'],
  change: async (work) => {
    const { enrolFactor } = await import('../../domain/auth/factors/enrol-factor.ts')
    return await enrolFactor(work)
  },
  done: ({ secret, uri }) =>
    `Give this to your authenticator app, within an hour; it is shown this once:\n${uri}\nOr type the secret: ${secret}\nThen: laku auth factor confirm CODE`,
})

const confirm = defineChange({
  name: 'confirm',
  description:
    'End enrolling by the code that the app shows. A day later you confirm by it what another person did. All of finance is told.',
  args: [{ name: 'code', description: 'six digits' }],
  input: z.object({ code: z.string().transform((code) => code.replaceAll(/\s/g, '')) }),
  examples: ['laku auth factor confirm 123456'],
  change: async (work, input) => {
    const { confirmEnrolment } = await import('../../domain/auth/factors/enrol-factor.ts')
    return await confirmEnrolment(work, input)
  },
  done: () => 'Your second factor is enrolled. It confirms for others a day from now.',
})

const show = defineShow({
  name: 'show',
  description:
    'Whether you have a second factor, and from when on it counts; for an administrator, of anybody.',
  args: [{ name: 'staff', description: 'name or UUID (you)', optional: true }],
  input: z.object({ staff: z.string().optional() }),
  examples: ['laku auth factor show', 'laku auth factor show budi'],
  run: async (context, input) => {
    const { showFactor } = await import('../../domain/auth/factors/reset-factor.ts')
    return await context.read((work) => showFactor(work, input))
  },
  fields: [
    { name: 'name', kind: 'code', value: (identity) => identity.name },
    { name: 'role', value: (identity) => identity.role },
    { name: 'role_since', kind: 'time', value: (identity) => identity.roleSince },
    { name: 'confirmed_at', heading: 'enrolled', kind: 'time', value: (identity) => identity.confirmedAt },
    { name: 'counts_from', heading: 'confirms from', kind: 'time', value: (identity) => identity.countsFrom },
    { name: 'begun_at', heading: 'enrolling since', kind: 'time', value: (identity) => identity.begunAt },
  ],
})

const reset = defineChange({
  name: 'reset',
  description:
    'Take the second factor of somebody who lost it: they enrol another, which counts a day later. All of finance is told.',
  args: [{ name: 'staff', description: 'name or UUID' }],
  input: z.object({ staff: z.string() }),
  examples: ['laku auth factor reset budi --reason "lost the telephone"'],
  needsReason: true,
  change: async (work, input) => {
    const { resetFactor } = await import('../../domain/auth/factors/reset-factor.ts')
    return await resetFactor(work, input)
  },
  done: ({ name }) => `${name} has no second factor now: laku auth factor enrol, as they.`,
})

export const factor: VerbGroup = {
  name: 'factor',
  description: 'what a second person confirms by',
  verbs: [enrol, confirm, show, reset],
}
