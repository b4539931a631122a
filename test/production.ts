/**
 * The settings of a shop in production. Its providers cannot be reached, and its secrets are invented for
 * tests.
 */
export const productionSettings = {
  LAKU_ENV: 'production',
  LAKU_LOG_LEVEL: 'warn',
  LAKU_PUBLIC_URL: 'https://laku.example',
  JWT_SECRET: 'yJr4ZHD0Bv7yuxnOKsSBmpbmmBIgxzGOyfU1VbFmC0s=',
  LAKU_ENCRYPTION_KEY: 'sNNbjJ7mL1QhIPn1Cvsc3xDYfsC3HphEBLCBPoIbKKA=',
  XENDIT_SECRET_KEY: 'xnd_production_k3Vb',
  XENDIT_API_URL: 'https://127.0.0.1:9',
  XENDIT_CALLBACK_TOKEN: 'callback-of-xendit',
  BITESHIP_API_KEY: 'biteship_live.k3Vb',
  BITESHIP_API_URL: 'https://127.0.0.1:9',
  BITESHIP_WEBHOOK_HEADER: 'x-biteship-secret',
  BITESHIP_WEBHOOK_SECRET: 'webhook-of-biteship',
  WHATSAPP_API_URL: 'https://127.0.0.1:9',
  WHATSAPP_TOKEN: 'token-of-meta',
  WHATSAPP_PHONE_NUMBER_ID: '123',
  WHATSAPP_APP_SECRET: 'app-secret-of-meta',
  WHATSAPP_VERIFY_TOKEN: 'verify-token-of-meta',
  SMTP_URL: 'smtps://user:pass-of-mail@127.0.0.1:9',
  MAIL_FROM: 'Laku <halo@laku.example>',
  VAPID_PUBLIC_KEY: 'BKd8tDpQS6yFK2NlWZlB4LcXZ4qWf5v8HcyTtPO8Yx2UyqR2yWqkJxkR0o1xg6Wmcf7vDq7vN3sW3b2x1x2x3x4',
  VAPID_PRIVATE_KEY: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94',
  SMS_API_URL: 'https://127.0.0.1:9',
  SMS_ACCOUNT: 'AC12',
  SMS_TOKEN: 'token-of-sms',
  WAREHOUSE_ADDRESS: 'Jl. Gudang 1',
  WAREHOUSE_POSTAL_CODE: '13960',
  WAREHOUSE_CONTACT_NAME: 'Gudang',
  WAREHOUSE_CONTACT_PHONE: '+622155501234',
} as const
