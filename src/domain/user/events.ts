declare module '../kernel/events.ts' {
  interface EventPayloads {
    'user.registered': { userId: string }
    'user.suspended': { userId: string }
    'user.activated': { userId: string }
    /** Their personal data is gone. */
    'user.deleted': { userId: string }
  }
}

export {}
