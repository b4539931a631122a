declare module '../kernel/events.ts' {
  interface EventPayloads {
    'otp.requested': { challengeId: string; messageId: string | null }
    /** The event that a person asked to get their code by this channel. */
    'otp.way_chosen': { challengeId: string; channel: 'email' | 'sms' }
  }
}

export {}
