declare module '../kernel/events.ts' {
  interface EventPayloads {
    'user.registered': { userId: string }
  }
}

export {}
