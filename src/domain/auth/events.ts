declare module '../kernel/events.ts' {
  interface EventPayloads {
    'otp.requested': { challengeId: string; messageId: string | null }
    /** The person wants their code by this way. */
    'otp.way_chosen': { challengeId: string; channel: 'email' | 'sms' }
  }
}

export {}
