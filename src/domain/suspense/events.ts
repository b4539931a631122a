declare module '../kernel/events.ts' {
  interface EventPayloads {
    /**
     * Money went into suspense that names no user or factory, but a bank account that received it. The owner
     * of this account may be known to another domain.
     */
    'suspense.receiver_unnamed': { suspenseId: string }
  }
}
