import { z } from 'zod'
import { defineChange, defineShow } from '../../cli/define/command.ts'
import type { VerbGroup } from '../../cli/define/root.ts'

const enrol = defineChange({
  name: 'enrol',
  description:
    'Set up your own second factor: a secret for an authenticator app, which is shown only once. If you already have one, give a code of it with --code.',
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
    'Finish the setup with the code that the app shows. One day later you can approve with it what another person asked for. All of finance is told.',
  args: [{ name: 'code', description: 'the six digits that the app shows' }],
  input: z.object({ code: z.string().transform((code) => code.replaceAll(/\s/g, '')) }),
  examples: ['laku auth factor confirm 123456'],
  change: async (work, input) => {
    const { confirmEnrolment } = await import('../../domain/auth/factors/enrol-factor.ts')
    return await confirmEnrolment(work, input)
  },
  done: () => 'Your second factor is set up. You can approve with it what others asked for one day from now.',
})

const show = defineShow({
  name: 'show',
  description:
    'Show whether you have a second factor, and from when it can be used. An administrator can name another person.',
  args: [{ name: 'staff', description: 'the name or UUID of a member of staff (you)', optional: true }],
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
    'Remove the second factor of a person who lost it. They set up a new one, which they can use a day later. All of finance is told.',
  args: [{ name: 'staff', description: 'the name or UUID of a member of staff' }],
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
  description: 'the second factor, with which a second person confirms',
  verbs: [enrol, confirm, show, reset],
}
