declare module '../kernel/events.ts' {
  interface EventPayloads {
    'otp.requested': { challengeId: string; messageId: string | null }
    /** A person asked to get their code by another channel, which `channel` names. */
    'otp.way_chosen': { challengeId: string; channel: 'email' | 'sms' }
  }
}

export {}
