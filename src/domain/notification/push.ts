/** A browser's address for push messages, and the keys to encrypt messages for that browser. */
export interface PushSubscription {
  endpoint: string
  p256dh: string
  auth: string
}

export interface PushPayload {
  title: string
  body: string
  link: string | null
}

/**
 * The gateway for outgoing web push messages. Throws `ProviderFailure`; returns `gone` if the browser has
 * ended its subscription for good.
 */
export interface PushSender {
  send(subscription: PushSubscription, payload: PushPayload): Promise<'accepted' | 'gone'>
}
