declare module '../kernel/events.ts' {
  interface EventPayloads {
    'otp.requested': { challengeId: string; messageId: string | null }
  }
}

export {}
