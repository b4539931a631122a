/** A browser's address for push messages, and the keys to encrypt for it. */
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

/** Web push, out. Throws `ProviderFailure`; `gone` where the browser has unsubscribed for good. */
export interface PushSender {
  send(subscription: PushSubscription, payload: PushPayload): Promise<'accepted' | 'gone'>
}
