import { z } from 'zod'

/** The ticket of the provider's support with which two persons give up what the provider never ends. */
export const ticketInput = z.string().trim().min(3).max(100).optional()

/** Returns the option for that ticket; `never` says what the provider will never do. */
export const ticketOption = (never: string) => ({
  flags: '--ticket <number>',
  description: `the ticket in which the support of the provider says that it will never ${never} that it shows as under way`,
})
